// What the program asks of the operating system: Ctrl-C as a request, and the right BLAS kernels.
#pragma once

namespace standfast::trainer {

/// From now on the first SIGINT only sets stop_requested; the second one ends the program.
void catch_interrupt();
[[nodiscard]] bool stop_requested();

/// Restarts the program once with OPENBLAS_CORETYPE=SKYLAKEX if the processor has AVX-512 and the variable is not
/// set.
///
/// OpenBLAS up to 0.3.21 takes newer Xeons that it does not know for the oldest of all (SSE3 kernels) and reads the
/// variable while it is loaded, before main: hence the restart. Returns if none is needed, and also if it fails.
void restart_with_fast_blas(char** arguments);

}  // namespace standfast::trainer
