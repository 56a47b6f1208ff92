# Target `headers_compile_alone`: one generated source per header, including it twice and nothing else.
# Only the project's own folders are on the include path, so that a header with a third-party include fails here.
file(GLOB headers RELATIVE "${PROJECT_SOURCE_DIR}" CONFIGURE_DEPENDS
     include/standfast/*.hpp src/*/*.hpp trainer/*.hpp trainer/*/*.hpp cli/*/*.hpp lab/*/*.hpp)
set(header_sources "")
foreach(header IN LISTS headers)
  string(REGEX REPLACE "^(include|src)/" "" included "${header}")
  string(MAKE_C_IDENTIFIER "${header}" name)
  set(source "${PROJECT_BINARY_DIR}/headers/${name}.cpp")
  file(CONFIGURE OUTPUT "${source}" CONTENT "#include \"@included@\"\n#include \"@included@\"\n" @ONLY)
  list(APPEND header_sources "${source}")
endforeach()
add_library(headers_compile_alone OBJECT EXCLUDE_FROM_ALL ${header_sources})
target_include_directories(headers_compile_alone PRIVATE
  "${PROJECT_SOURCE_DIR}/include" "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}")
target_link_libraries(headers_compile_alone PRIVATE standfast_settings)
