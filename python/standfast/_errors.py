"""What can go wrong, as exceptions: one class per kind, each also one of Python's own."""
from __future__ import annotations


class StandfastError(Exception):
    """Whatever the library refuses. `status` is the number of the C interface (STANDFAST_BAD_VALUE and so on)."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class FileFault(StandfastError, OSError):
    """A file cannot be opened or read."""

    def __str__(self) -> str:
        return str(self.args[0])


class InvalidRequest(StandfastError, ValueError):
    """Bytes, shapes, values or options that make no sense."""


class NotConvex(InvalidRequest):
    """The network of a model file is not input-convex."""


class Unsupported(StandfastError, NotImplementedError):
    """A valid request that this version cannot answer."""


class EnvironmentFault(StandfastError, RuntimeError):
    """The processor's floating-point mode rules out proofs, or the library has a fault of its own."""


_KINDS: dict[int, type[StandfastError]] = {
    1: FileFault, 2: InvalidRequest, 3: InvalidRequest, 4: InvalidRequest, 5: InvalidRequest, 6: NotConvex,
    7: Unsupported, 8: EnvironmentFault, 10: EnvironmentFault,
}
OUT_OF_MEMORY = 9


def error_of(status: int, message: str) -> Exception:
    """The exception that a status stands for."""
    if status == OUT_OF_MEMORY:
        return MemoryError(message)
    return _KINDS.get(status, StandfastError)(message, status)
