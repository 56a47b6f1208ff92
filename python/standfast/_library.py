"""The C interface by ctypes: finds the shared library, declares its functions and structs, and turns statuses into errors.

The library is looked for where the variable STANDFAST_LIBRARY says, then beside this package (a wheel puts it there), then
by the system's loader.
"""
from __future__ import annotations

import ctypes
import os
from pathlib import Path

from standfast._errors import error_of

ABI = 1
NAME = f"libstandfast_c.so.{ABI}"
OK, STOPPED, REFUSED = 0, 11, 12


class LoadOptions(ctypes.Structure):
    _fields_ = [("size", ctypes.c_size_t), ("logit_threshold", ctypes.c_double)]


class Description(ctypes.Structure):
    _fields_ = [("size", ctypes.c_size_t), ("dim", ctypes.c_size_t), ("rank", ctypes.c_size_t),
                ("shape", ctypes.POINTER(ctypes.c_int64)), ("kind", ctypes.c_char_p), ("tokenizer", ctypes.c_char_p),
                ("sensitive_class", ctypes.c_char_p), ("other_class", ctypes.c_char_p),
                ("feature_names", ctypes.POINTER(ctypes.c_char_p)), ("feature_units", ctypes.POINTER(ctypes.c_char_p)),
                ("domain_lower", ctypes.POINTER(ctypes.c_double)), ("domain_upper", ctypes.POINTER(ctypes.c_double)),
                ("parameters", ctypes.c_size_t), ("sha256", ctypes.c_char_p), ("logit_error", ctypes.c_double),
                ("threshold", ctypes.c_float), ("certifies_both", ctypes.c_int32)]


class CertifyOptions(ctypes.Structure):
    _fields_ = [("size", ctypes.c_size_t), ("norms", ctypes.c_void_p), ("norm_count", ctypes.c_size_t),
                ("method", ctypes.c_int32), ("guarantee", ctypes.c_int32), ("precision", ctypes.c_int32),
                ("both_classes", ctypes.c_int32), ("threat", ctypes.c_void_p), ("passes", ctypes.c_size_t),
                ("gap", ctypes.c_double), ("threads", ctypes.c_size_t), ("stop", ctypes.c_void_p),
                ("user", ctypes.c_void_p)]


class CertificateArrays(ctypes.Structure):
    _fields_ = [("size", ctypes.c_size_t), ("logits", ctypes.c_void_p), ("verdicts", ctypes.c_void_p),
                ("radii", ctypes.c_void_p), ("slack", ctypes.c_void_p), ("attacks", ctypes.c_void_p),
                ("done", ctypes.c_size_t)]


class AttackOptions(ctypes.Structure):
    _fields_ = [("size", ctypes.c_size_t), ("norms", ctypes.c_void_p), ("norm_count", ctypes.c_size_t),
                ("threat", ctypes.c_void_p), ("restarts", ctypes.c_size_t), ("seed", ctypes.c_uint64),
                ("threads", ctypes.c_size_t)]


class AttackArrays(ctypes.Structure):
    _fields_ = [("size", ctypes.c_size_t), ("logits", ctypes.c_void_p), ("distances", ctypes.c_void_p),
                ("inputs", ctypes.c_void_p), ("attack_logits", ctypes.c_void_p)]


class ConfirmationCounts(ctypes.Structure):
    _fields_ = [("size", ctypes.c_size_t), ("inputs", ctypes.c_size_t), ("certificates", ctypes.c_size_t),
                ("confirmed", ctypes.c_size_t)]


_HANDLE, _SIZE, _PATH = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p
_OUT = ctypes.POINTER(ctypes.c_void_p)
_FUNCTIONS = {
    "load_file": [_PATH, ctypes.POINTER(LoadOptions), _OUT],
    "load_memory": [ctypes.c_char_p, _SIZE, ctypes.POINTER(LoadOptions), _OUT],
    "describe": [_HANDLE, ctypes.POINTER(Description)],
    "score": [_HANDLE, _HANDLE, _SIZE, _SIZE, _HANDLE],
    "threat_from_file": [_HANDLE, _PATH, _OUT],
    "threat_from_text": [_HANDLE, ctypes.c_char_p, _SIZE, _OUT],
    "threat_from_domain": [_HANDLE, ctypes.c_double, ctypes.c_double, _OUT],
    "threat_from_name": [_HANDLE, ctypes.c_char_p, _OUT],
    "certify": [_HANDLE, _HANDLE, _SIZE, ctypes.POINTER(CertifyOptions), ctypes.POINTER(CertificateArrays)],
    "explain": [_HANDLE, _HANDLE, ctypes.c_double, _HANDLE, _HANDLE, _HANDLE],
    "attack": [_HANDLE, _HANDLE, _SIZE, ctypes.POINTER(AttackOptions), ctypes.POINTER(AttackArrays)],
    "confirm_file": [_HANDLE, _PATH, _HANDLE, _SIZE, _HANDLE, ctypes.POINTER(ConfirmationCounts)],
    "confirm_memory": [_HANDLE, ctypes.c_char_p, _SIZE, _HANDLE, _SIZE, _HANDLE, ctypes.POINTER(ConfirmationCounts)],
}


def _open() -> ctypes.CDLL:
    named = os.environ.get("STANDFAST_LIBRARY")
    beside = Path(__file__).parent / NAME
    place = named or (str(beside) if beside.exists() else NAME)
    try:
        library = ctypes.CDLL(place)
    except OSError as error:
        raise ImportError(f"{place}: cannot be loaded ({error}); expected the library of the C interface beside the "
                          "package, where the loader looks, or in STANDFAST_LIBRARY") from None
    for name, arguments in _FUNCTIONS.items():
        function = getattr(library, f"standfast_{name}")
        function.argtypes, function.restype = arguments, ctypes.c_int32
    for name in ("free", "threat_free"):
        function = getattr(library, f"standfast_{name}")
        function.argtypes, function.restype = [_HANDLE], None
    for name in ("last_error", "version"):
        getattr(library, f"standfast_{name}").restype = ctypes.c_char_p
    if library.standfast_abi() != ABI:
        raise ImportError(f"{place}: has the interface {library.standfast_abi()}, expected {ABI}")
    return library


LIBRARY = _open()


def library_version() -> str:
    """The release of the library."""
    return LIBRARY.standfast_version().decode()


def last_sentence() -> str:
    """What the last call of this thread that failed said."""
    return LIBRARY.standfast_last_error().decode(errors="replace")


def check(status: int) -> None:
    """Raises what a status other than OK stands for."""
    if status != OK:
        raise error_of(status, last_sentence())


def path_bytes(path: str | os.PathLike[str]) -> bytes:
    """A path as the C interface takes it."""
    encoded = os.fsencode(path)
    if b"\0" in encoded:
        raise ValueError("path: has a null byte")
    return encoded


class Handle:
    """Something that the library has to free, once."""

    def __init__(self, pointer: int, free: str) -> None:
        self.pointer = pointer
        self._free = getattr(LIBRARY, f"standfast_{free}")

    def __del__(self) -> None:
        pointer, self.pointer = getattr(self, "pointer", None), None
        if pointer:
            self._free(pointer)


def new_handle(free: str, function: str, *arguments: object) -> Handle:
    """What a function hands out through its last argument."""
    out = ctypes.c_void_p()
    check(getattr(LIBRARY, f"standfast_{function}")(*arguments, ctypes.byref(out)))
    assert out.value is not None
    return Handle(out.value, free)
