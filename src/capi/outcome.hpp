// Where C++ ends: what a call came to as a status, with its sentence kept for the thread. No exception goes further.
#pragma once

#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>

#include "standfast/result.hpp"
#include "standfast/standfast.h"

namespace standfast::capi {

/// What a call came to. By default: done.
struct Outcome {
  Outcome() = default;
  Outcome(standfast_status code, std::string sentence) : status(code), message(std::move(sentence)) {}
  Outcome(const Error& error) : status(static_cast<standfast_status>(error.code) + 1), message(error.message) {}

  standfast_status status = STANDFAST_OK;
  std::string message;
};

/// Keeps the sentence of a call that failed, cut after a whole character if it is too long. Allocates nothing.
void keep_last_error(standfast_status status, const char* message) noexcept;

/// Runs the body of a call, which returns an Outcome.
template <class Body>
standfast_status run_call(const Body& body) noexcept {
  try {
    const Outcome outcome = body();
    if (outcome.status != STANDFAST_OK) keep_last_error(outcome.status, outcome.message.c_str());
    return outcome.status;
  } catch (const std::bad_alloc&) {
    keep_last_error(STANDFAST_OUT_OF_MEMORY, "memory: the system has no more to give");
    return STANDFAST_OUT_OF_MEMORY;
  } catch (const std::length_error&) {
    keep_last_error(STANDFAST_OUT_OF_MEMORY, "memory: the results are larger than any memory");
    return STANDFAST_OUT_OF_MEMORY;
  } catch (const std::exception& error) {
    keep_last_error(STANDFAST_INTERNAL, error.what());
    return STANDFAST_INTERNAL;
  } catch (...) {
    keep_last_error(STANDFAST_INTERNAL, "an exception without a sentence");
    return STANDFAST_INTERNAL;
  }
}

}  // namespace standfast::capi
