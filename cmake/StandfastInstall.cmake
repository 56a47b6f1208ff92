# What `cmake --install` puts where: headers, library, CMake and pkg-config packages, programs, man page, completions.
include(CMakePackageConfigHelpers)

install(TARGETS standfast EXPORT standfastTargets)
install(TARGETS standfast_c EXPORT standfast_cTargets)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/standfast" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/standfast")
get_target_property(library_type standfast TYPE)
configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/standfastConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/standfastConfig.cmake" INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/standfastConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(EXPORT standfastTargets NAMESPACE standfast:: DESTINATION "${package_dir}")
install(EXPORT standfast_cTargets NAMESPACE standfast:: DESTINATION "${package_dir}")
install(FILES "${PROJECT_BINARY_DIR}/standfastConfig.cmake" "${PROJECT_BINARY_DIR}/standfastConfigVersion.cmake"
        DESTINATION "${package_dir}")

# Whoever links the static library links its libraries as well.
set(pc_requires "Requires.private")
if(library_type STREQUAL "STATIC_LIBRARY")
  set(pc_requires "Requires")
endif()
# Relocatable: the prefix is found from where the file stands. A folder that is absolute stays where it is.
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
  set(pc_prefix "${CMAKE_INSTALL_PREFIX}")
else()
  file(RELATIVE_PATH pc_prefix "/prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/prefix")
  string(PREPEND pc_prefix "\${pcfiledir}/")
endif()
foreach(folder LIBDIR INCLUDEDIR)
  set(pc_${folder} "${CMAKE_INSTALL_${folder}}")
  if(NOT IS_ABSOLUTE "${pc_${folder}}")
    string(PREPEND pc_${folder} "\${prefix}/")
  endif()
endforeach()
foreach(package standfast standfast_c)
  configure_file("${CMAKE_CURRENT_LIST_DIR}/${package}.pc.in" "${PROJECT_BINARY_DIR}/${package}.pc" @ONLY)
  install(FILES "${PROJECT_BINARY_DIR}/${package}.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
endforeach()

install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" "${PROJECT_SOURCE_DIR}/README.md" "${PROJECT_SOURCE_DIR}/CHANGELOG.md"
        DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/docs" DESTINATION "${CMAKE_INSTALL_DOCDIR}")

if(TARGET standfast-train)
  install(TARGETS standfast-train DESTINATION "${CMAKE_INSTALL_LIBEXECDIR}/standfast")
endif()

# The man page and the completions come out of the program's own option table.
if(TARGET standfast-cli)
  install(TARGETS standfast-cli)
  set(share "${PROJECT_BINARY_DIR}/share")
  set(generated "")
  function(standfast_generate file)
    cmake_path(GET file PARENT_PATH folder)
    file(MAKE_DIRECTORY "${folder}")
    add_custom_command(OUTPUT "${file}" DEPENDS standfast-cli VERBATIM
      COMMAND standfast-cli ${ARGN} > "${file}.part"
      COMMAND "${CMAKE_COMMAND}" -E rename "${file}.part" "${file}")
    set(generated ${generated} "${file}" PARENT_SCOPE)
  endfunction()
  standfast_generate("${share}/man/man1/standfast.1" man)
  standfast_generate("${share}/bash-completion/completions/standfast" completion bash)
  standfast_generate("${share}/zsh/site-functions/_standfast" completion zsh)
  standfast_generate("${share}/fish/vendor_completions.d/standfast.fish" completion fish)
  add_custom_target(generated_docs ALL DEPENDS ${generated})
  install(DIRECTORY "${share}/" DESTINATION "${CMAKE_INSTALL_DATAROOTDIR}")
endif()

# A wheel: the library beside the package, the program among the environment's, and standfast-train where it is looked for.
if(SKBUILD)
  add_custom_target(python_parts DEPENDS standfast_c standfast-cli)
  install(FILES "$<TARGET_FILE:standfast_c>" DESTINATION standfast RENAME "libstandfast_c.so.${STANDFAST_ABI}"
          COMPONENT python)
  install(TARGETS standfast-cli DESTINATION "${SKBUILD_SCRIPTS_DIR}" COMPONENT python)
  if(TARGET standfast-train)
    add_dependencies(python_parts standfast-train)
    install(TARGETS standfast-train DESTINATION "${SKBUILD_DATA_DIR}/libexec/standfast" COMPONENT python)
  endif()
endif()
