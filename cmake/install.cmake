# `cmake --install`: a tree that works from any prefix.
#   bin/nlp, bin/nlp-*      the driver finds its commands beside itself
#   lib/libnlp.a            all rooms of lib/ in one archive
#   include/nlp             its headers, as in lib/
#   lib/cmake/nlp           find_package(nlp) -> nlp::nlp
#   share/nlp, share/man, share/doc/nlp, and the shells' completions
include(CMakePackageConfigHelpers)

add_library(libnlp STATIC)
foreach(row IN LISTS NLP_ROOMS)
  string(REGEX MATCH "^[a-z_]+" room "${row}")
  get_target_property(kind nlp_room_${room} TYPE)
  if(kind STREQUAL "STATIC_LIBRARY")
    target_sources(libnlp PRIVATE $<TARGET_OBJECTS:nlp_room_${room}>)
  endif()
endforeach()
set_target_properties(libnlp PROPERTIES OUTPUT_NAME nlp EXPORT_NAME nlp LINKER_LANGUAGE CXX)
target_compile_features(libnlp INTERFACE cxx_std_20)
target_include_directories(libnlp INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/nlp>)
target_link_libraries(libnlp INTERFACE fmt::fmt nlohmann_json::nlohmann_json simdjson::simdjson
                      DNNL::dnnl PkgConfig::utf8proc PkgConfig::oniguruma PkgConfig::hwy
                      PkgConfig::archive PkgConfig::cairo PkgConfig::curl PkgConfig::crypto
                      Threads::Threads)

install(TARGETS libnlp EXPORT nlp_targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY lib/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/nlp FILES_MATCHING PATTERN "*.hpp"
        PATTERN "*_impl.hpp" EXCLUDE PATTERN "*-inl.hpp" EXCLUDE PATTERN "onednn.hpp" EXCLUDE)

set(nlp_package ${CMAKE_INSTALL_LIBDIR}/cmake/nlp)
install(EXPORT nlp_targets NAMESPACE nlp:: DESTINATION ${nlp_package} FILE nlpTargets.cmake)
configure_package_config_file(cmake/nlpConfig.cmake.in ${PROJECT_BINARY_DIR}/nlpConfig.cmake
                              INSTALL_DESTINATION ${nlp_package})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/nlpConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/nlpConfig.cmake ${PROJECT_BINARY_DIR}/nlpConfigVersion.cmake
        DESTINATION ${nlp_package})

# The binaries that apps/ made.
get_property(programs DIRECTORY ${PROJECT_SOURCE_DIR}/apps PROPERTY BUILDSYSTEM_TARGETS)
foreach(program IN LISTS programs)
  get_target_property(kind ${program} TYPE)
  if(kind STREQUAL "EXECUTABLE")
    install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  endif()
endforeach()

# Models that come with nlp.  Links between them, which are relative, stay links.  The programs look
# for share/nlp/models beside bin/, in the build tree too: there it is a link to the sources'.
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/share/nlp)
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/share/models ${CMAKE_BINARY_DIR}/share/nlp/models SYMBOLIC)
install(DIRECTORY share/models DESTINATION share/nlp OPTIONAL)
install(FILES LICENSE README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
