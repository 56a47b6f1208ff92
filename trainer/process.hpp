// What the program asks of the operating system: signals as a request, messages that may be lost, the right BLAS
// kernels.
#pragma once

#include <string_view>

namespace standfast::trainer {

/// From now on SIGINT, SIGTERM and SIGHUP only set stop_requested, unless the caller had them ignored, as nohup does.
///
/// A terminal, `timeout` and others send one signal to a whole group as well as to each of its programs, so that it may
/// arrive several times. Only another SIGINT that comes a second or more after the first ends the program.
void catch_interrupt();
[[nodiscard]] bool stop_requested();

/// Called once, before any file is opened: a stream that the caller has closed does not become the model file, and a
/// message that nobody reads does not end the training.
void prepare_streams();
/// Text on standard error. If nobody can read it, the work goes on without.
void say(std::string_view text);

/// Restarts the program once with OPENBLAS_CORETYPE=SKYLAKEX if the processor has AVX-512 and the variable is not
/// set.
///
/// OpenBLAS up to 0.3.21 takes newer Xeons that it does not know for the oldest of all (SSE3 kernels) and reads the
/// variable while it is loaded, before main: hence the restart. Returns if none is needed, and also if it fails.
void restart_with_fast_blas(char** arguments);

}  // namespace standfast::trainer
