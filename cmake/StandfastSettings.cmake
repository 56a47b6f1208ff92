# Settings that every target shares: language, warnings, floating point, sanitizers, compiler cache.
include(GNUInstallDirs)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
# An installed program finds a shared libstandfast wherever the prefix is moved.
set(CMAKE_INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}" "$ORIGIN/../../${CMAKE_INSTALL_LIBDIR}")
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
  # it is where it is, whatever the prefix
  set(CMAKE_INSTALL_RPATH "${CMAKE_INSTALL_LIBDIR}")
endif()

if(NOT CMAKE_BUILD_TYPE AND PROJECT_IS_TOP_LEVEL)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release, RelWithDebInfo" FORCE)
endif()

# The certificates are theorems about IEEE arithmetic: these flags would make them false.
if("${CMAKE_CXX_FLAGS} $ENV{CXXFLAGS}" MATCHES "-ffast-math|-Ofast|-funsafe-math-optimizations|-march=native")
  message(FATAL_ERROR "CXXFLAGS holds ${CMAKE_MATCH_0}: found a flag that changes rounding, expected none")
endif()

find_program(STANDFAST_CCACHE ccache)
if(STANDFAST_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Paths count relative to the project, so that every build folder, worktree and clone shares what was compiled.
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}" CCACHE_NOHASHDIR=1
      "${STANDFAST_CCACHE}")
endif()

# A room's sources see the same headers: read once, the whole program compiles in half the time. The preset dev takes
# each file alone.
option(STANDFAST_UNITY "Compile the sources of a room together: faster from scratch, slower after an edit" ON)

add_library(standfast_settings INTERFACE)
# -ffp-contract=off: a product fused into a sum behind our back would change the proven rounding.
target_compile_options(standfast_settings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor> -ffp-contract=off)
# GCC 12 sees overlaps of 2^63 bytes in std::string's own operator+ (its bug 105651).
target_compile_options(standfast_settings INTERFACE
  "$<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>")
# Bounds checks of the standard library wherever assertions are on.
target_compile_definitions(standfast_settings INTERFACE
  "STANDFAST_VERSION=\"${PROJECT_VERSION}\"" "$<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>")

if(STANDFAST_SANITIZE)
  add_compile_options(-fsanitize=${STANDFAST_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -O1 -g1)
  add_link_options(-fsanitize=${STANDFAST_SANITIZE})
endif()
