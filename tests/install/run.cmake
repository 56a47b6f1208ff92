# Installs a build, moves the result elsewhere, and uses it as a stranger would: the programs, CMake, pkg-config.
#   cmake -DBUILD_DIR=build/release -DSOURCE_DIR=. -P tests/install/run.cmake
cmake_minimum_required(VERSION 3.25)
get_filename_component(build "${BUILD_DIR}" ABSOLUTE)
get_filename_component(source "${SOURCE_DIR}" ABSOLUTE)
set(work "${build}/install-test")
set(prefix "${work}/moved/prefix")
set(model "${work}/model.safetensors")

# Runs a command; `output` holds what it wrote to stdout.
function(run)
  execute_process(COMMAND ${ARGV} WORKING_DIRECTORY "${work}" RESULT_VARIABLE status OUTPUT_VARIABLE text
                  ERROR_VARIABLE messages OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT status EQUAL 0)
    list(JOIN ARGV " " command)
    message(FATAL_ERROR "${command}\nended with ${status}\n${text}\n${messages}")
  endif()
  set(output "${text}" PARENT_SCOPE)
endfunction()

function(expect_verdict)
  if(NOT output MATCHES "^sensitive within ([0-9.]+)$" OR NOT CMAKE_MATCH_1 GREATER 0)
    message(FATAL_ERROR "the consumer wrote '${output}', expected `sensitive within` and a radius above 0")
  endif()
  message(STATUS "${ARGV0}: ${output}")
endfunction()

file(REMOVE_RECURSE "${work}")
file(MAKE_DIRECTORY "${work}/moved")
run("${CMAKE_COMMAND}" --install "${build}" --prefix "${work}/prefix")
file(RENAME "${work}/prefix" "${prefix}")

foreach(file bin/standfast include/standfast/classifier.hpp lib/cmake/standfast/standfastConfig.cmake
             lib/cmake/standfast/standfastConfigVersion.cmake lib/pkgconfig/standfast.pc
             include/standfast/standfast.h lib/libstandfast_c.so lib/pkgconfig/standfast_c.pc share/man/man1/standfast.1
             share/bash-completion/completions/standfast share/zsh/site-functions/_standfast
             share/fish/vendor_completions.d/standfast.fish share/doc/standfast/LICENSE
             share/doc/standfast/docs/architecture.md)
  if(NOT EXISTS "${prefix}/${file}")
    message(FATAL_ERROR "${file} was not installed")
  endif()
  file(SIZE "${prefix}/${file}" size)
  if(size EQUAL 0)
    message(FATAL_ERROR "${file} was installed empty")
  endif()
endforeach()

# The laboratory stays at home: nothing by its names, no copy of one of its files, nothing of it in packages and library.
file(GLOB_RECURSE lab_files "${source}/lab/*.[ch]pp" "${source}/lab/*.md")
set(lab_sums "")
foreach(file IN LISTS lab_files)
  file(SHA256 "${file}" sum)
  list(APPEND lab_sums "${sum}")
endforeach()
list(LENGTH lab_sums lab_count)
if(lab_count LESS 50)
  message(FATAL_ERROR "found ${lab_count} files in lab/, expected those of the laboratory")
endif()
file(GLOB_RECURSE installed LIST_DIRECTORIES false RELATIVE "${prefix}" "${prefix}/*")
foreach(file IN LISTS installed)
  file(SHA256 "${prefix}/${file}" sum)
  if(sum IN_LIST lab_sums OR file MATCHES "(^|/)lab/|standfast[-_]lab")
    message(FATAL_ERROR "${file} belongs to the laboratory and was installed")
  endif()
  if(file MATCHES "\\.hpp$")
    file(STRINGS "${prefix}/${file}" lab_includes REGEX "# *include.*lab/")
    if(lab_includes)
      message(FATAL_ERROR "${file} includes the laboratory: ${lab_includes}")
    endif()
  endif()
endforeach()
foreach(package lib/cmake/standfast/standfastConfig.cmake lib/cmake/standfast/standfastTargets.cmake
                lib/pkgconfig/standfast.pc)
  file(READ "${prefix}/${package}" text)
  if(text MATCHES "[Gg][Mm][Pp]|standfast_lab")
    message(FATAL_ERROR "${package} holds ${CMAKE_MATCH_0}, which only the laboratory needs")
  endif()
endforeach()
file(GLOB library "${prefix}/lib/libstandfast.a" "${prefix}/lib/libstandfast.so")
run(nm -C "${library}")
if(NOT output MATCHES "standfast::Classifier::load")
  message(FATAL_ERROR "${library}: nm shows no Classifier::load")
endif()
if(output MATCHES "standfast::(separate_hulls|fit_perfectly|run_bench|recipe_options)|__gmpz_[a-z]+")
  message(FATAL_ERROR "${library} holds ${CMAKE_MATCH_0}, which belongs to the laboratory")
endif()

run("${prefix}/bin/standfast" --version)
if(EXISTS "${prefix}/libexec/standfast/standfast-train")
  run("${prefix}/bin/standfast" train spam:train --sensitive spam --preset spam --epochs 1 -o "${work}/spam.safetensors")
  run("${prefix}/bin/standfast" inspect "${work}/spam.safetensors")
endif()
# a model whose verdict on the consumer's input is known, whatever a training run gives
file(COPY_FILE "${source}/tests/golden/v1/conv_pool.safetensors" "${model}")
run("${prefix}/bin/standfast" inspect "${model}")

run("${CMAKE_COMMAND}" -S "${source}/tests/install/consumer" -B "${work}/consumer" -G Ninja
    "-DCMAKE_PREFIX_PATH=${prefix}" -DCMAKE_BUILD_TYPE=Release)
run("${CMAKE_COMMAND}" --build "${work}/consumer")
run("${work}/consumer/consumer" "${model}")
expect_verdict("CMake")

set(ENV{PKG_CONFIG_PATH} "${prefix}/lib/pkgconfig")
set(ENV{LD_LIBRARY_PATH} "${prefix}/lib")
run(pkg-config --cflags --libs standfast)
separate_arguments(flags UNIX_COMMAND "${output}")
run(c++ -std=c++20 "${source}/tests/install/consumer/main.cpp" -o "${work}/by-pkg-config" ${flags})
run("${work}/by-pkg-config" "${model}")
expect_verdict("pkg-config")

# The C interface, by CMake and by pkg-config: neither asks for the libraries of the C++ one.
run("${CMAKE_COMMAND}" -S "${source}/tests/install/consumer_c" -B "${work}/consumer_c" -G Ninja
    "-DCMAKE_PREFIX_PATH=${prefix}" -DCMAKE_BUILD_TYPE=Release)
run("${CMAKE_COMMAND}" --build "${work}/consumer_c")
run("${work}/consumer_c/consumer" "${model}")
expect_verdict("C, CMake")
run(pkg-config --cflags --libs standfast_c)
if(output MATCHES "zlib|lspng|lgmime")
  message(FATAL_ERROR "standfast_c.pc asks for ${CMAKE_MATCH_0}")
endif()
separate_arguments(flags UNIX_COMMAND "${output}")
run(cc -std=c11 "${source}/tests/install/consumer_c/main.c" -o "${work}/c-by-pkg-config" ${flags})
run("${work}/c-by-pkg-config" "${model}")
expect_verdict("C, pkg-config")
