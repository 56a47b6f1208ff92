// Starts the trainer with its options as one JSON argument, passes signals on, and waits.
#include "cli/terminal/trainer.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/terminal/file_roles.hpp"
#include "cli/terminal/held_signals.hpp"
#include "cli/terminal/try.hpp"

namespace standfast::cli {
namespace {

const HelperProgram& trainer() {
  static const HelperProgram program = {"standfast-train", "STANDFAST_TRAIN_PROGRAM",
                                        "training needs it: build it with -DSTANDFAST_TRAIN=ON (it needs libtorch), or "
                                        "set STANDFAST_TRAIN_PROGRAM to its "
                                        "path"};
  return program;
}

bool is_program(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0;
}

// written by the signal handler's owner before the handler is in place
volatile sig_atomic_t trainer_pid = 0;

/// What is typed at a terminal reaches the trainer too; that the terminal is closed may be told to this program alone.
void pass_on(int signal, siginfo_t* info, void*) {
  if (trainer_pid <= 0 || (info->si_code == SI_KERNEL && signal != SIGHUP)) return;
  const int saved = errno;
  ::kill(trainer_pid, signal);
  errno = saved;
}

/// The variables of the environment, and those that keep the trainer's libraries to the one thread that it uses.
///
/// OpenBLAS and OpenMP read them while they are loaded. Left alone, OpenBLAS starts a thread per core, and ends the
/// program if the system has none to give.
class TrainerEnvironment {
 public:
  TrainerEnvironment() {
    for (char** variable = environ; *variable != nullptr; ++variable)
      if (!names_threads(*variable)) variables_.push_back(*variable);
    for (std::string& one : one_thread_) variables_.push_back(one.data());
    variables_.push_back(nullptr);
  }
  [[nodiscard]] char* const* get() const { return variables_.data(); }

 private:
  [[nodiscard]] bool names_threads(std::string_view variable) const {
    const auto same_name = [&](const std::string& one) { return variable.starts_with(one.substr(0, one.size() - 1)); };
    return std::ranges::any_of(one_thread_, same_name);
  }

  std::array<std::string, 2> one_thread_ = {"OPENBLAS_NUM_THREADS=1", "OMP_NUM_THREADS=1"};
  std::vector<char*> variables_;
};

/// Starts a program that does not inherit the hold. Returns 0 or what errno would be.
int spawn(const HeldSignals& held, const char* program, char* const arguments[], pid_t& pid) {
  posix_spawnattr_t attributes;
  if (const int code = ::posix_spawnattr_init(&attributes); code != 0) return code;
  ::posix_spawnattr_setsigmask(&attributes, &held.before());
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  const int code = ::posix_spawn(&pid, program, nullptr, &attributes, arguments, TrainerEnvironment().get());
  ::posix_spawnattr_destroy(&attributes);
  return code;
}

/// While it lives, signals that end a program go to the trainer instead.
class SignalsPassedOn {
 public:
  explicit SignalsPassedOn(pid_t trainer) {
    trainer_pid = trainer;
    struct sigaction action {};
    action.sa_sigaction = pass_on;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    for (std::size_t i = 0; i < std::size(kEndingSignals); ++i) ::sigaction(kEndingSignals[i], &action, &before_[i]);
  }
  ~SignalsPassedOn() {
    for (std::size_t i = 0; i < std::size(kEndingSignals); ++i) ::sigaction(kEndingSignals[i], &before_[i], nullptr);
    trainer_pid = 0;
  }
  SignalsPassedOn(const SignalsPassedOn&) = delete;
  SignalsPassedOn& operator=(const SignalsPassedOn&) = delete;

 private:
  struct sigaction before_[std::size(kEndingSignals)]{};
};

Error cannot_run(const std::string& program, int code) {
  return {ErrorCode::kEnvironment, fmt::format("{}: cannot be started: {}", program, std::strerror(code))};
}

Result<int> wait_for(pid_t pid, const std::string& program) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) return cannot_run(program, errno);
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  return Error{ErrorCode::kEnvironment, fmt::format("{}: ended by signal {} ({}); no model was written", program,
                                                    WTERMSIG(status), strsignal(WTERMSIG(status)))};
}

Result<int> spawn_and_wait(const std::string& program, std::string name, std::string argument) {
  char* arguments[] = {name.data(), argument.data(), nullptr};
  pid_t pid = 0;
  std::optional<HeldSignals> held(std::in_place);  // one that came before pass_on would leave the trainer alone
  if (const int code = spawn(*held, program.c_str(), arguments, pid); code != 0) return cannot_run(program, code);
  const SignalsPassedOn signals(pid);
  held.reset();
  return wait_for(pid, program);
}

Result<int> run_with_document(std::string document, const TrainOptions& options) {
  CLI_CHECK(
      check_outputs({data_role(options.data.source), {"--threat", options.threat}, {"--monotone", options.monotone}},
                    {{"--output", options.output}}));
  return run_helper(trainer(), std::move(document));
}

}  // namespace

Result<std::string> find_helper(const HelperProgram& helper) {
  namespace fs = std::filesystem;
  if (const char* chosen = std::getenv(helper.variable.c_str()); chosen != nullptr && *chosen != '\0') {
    if (is_program(chosen)) return std::string(chosen);
    return Error{ErrorCode::kEnvironment,
                 fmt::format("{}: '{}' is not a program that can be run", helper.variable, chosen)};
  }
  std::error_code failed;
  if (const fs::path self = fs::read_symlink("/proc/self/exe", failed); !failed)
    for (const auto& folder : {self.parent_path(), self.parent_path().parent_path() / "libexec" / "standfast"})
      if (is_program(folder / helper.name)) return (folder / helper.name).string();
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');)
    if (!folder.empty() && is_program(fs::path(folder) / helper.name)) return (fs::path(folder) / helper.name).string();
  return Error{ErrorCode::kEnvironment, fmt::format("{} is not installed, and {}", helper.name, helper.how_to_get)};
}

Result<int> run_helper(const HelperProgram& helper, std::string argument) {
  CLI_TRY(const std::string program, find_helper(helper));
  return spawn_and_wait(program, helper.name, std::move(argument));
}

Result<std::string> find_trainer() { return find_helper(trainer()); }

Result<int> run_trainer(const TrainOptions& options) {
  CLI_CHECK(validate(options));
  return run_with_document(to_json(options), options);
}

Result<int> run_trainer(const OpenTrainOptions& open) {
  CLI_CHECK(validate(open));
  return run_with_document(to_json(open), open.options);
}

}  // namespace standfast::cli
