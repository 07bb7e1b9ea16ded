# Small functions that the folders' lists use.

add_library(nlp_options INTERFACE)
target_include_directories(nlp_options INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/lib>)
target_compile_definitions(nlp_options INTERFACE NLP_VERSION="${PROJECT_VERSION}")
target_compile_options(nlp_options INTERFACE -Wall -Wextra -Wpedantic)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC bug 105651: it warns of "text" + std::string.
  target_compile_options(nlp_options INTERFACE -Wno-restrict)
endif()
target_link_options(nlp_options INTERFACE LINKER:--as-needed)
if(NLP_WERROR)
  target_compile_options(nlp_options INTERFACE -Werror)
endif()
if(NLP_SANITIZE)
  target_compile_options(nlp_options INTERFACE
    -fsanitize=${NLP_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(nlp_options INTERFACE -fsanitize=${NLP_SANITIZE})
endif()
if(NLP_FUZZ)
  target_compile_options(nlp_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

# What most sources include, parsed once: that takes half of the time of a build without.  Each
# source still includes what it uses, which a build with -DNLP_PRECOMPILE=OFF shows.  Not here is
# <nlohmann/json.hpp>: whoever includes it compiles a parser, for its literals.
if(NLP_PRECOMPILE)
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/headers.cpp CONTENT "" @ONLY)
  add_library(nlp_headers OBJECT ${PROJECT_BINARY_DIR}/headers.cpp)
  target_link_libraries(nlp_headers PRIVATE nlp_options fmt::fmt Threads::Threads)
  target_precompile_headers(nlp_headers PRIVATE
    <fmt/format.h> <algorithm> <cmath> <filesystem> <functional> <map> <memory> <optional> <span>
    <string> <utility> <vector>)
endif()
function(nlp_precompile target)
  if(NLP_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM nlp_headers)
  endif()
endfunction()

# Rooms of which most programs need a part: their files are never compiled together, since a program
# takes all of an object, and with it every library that some of it needs, which takes time to load.
set(NLP_ROOMS_APART base store text)

# The libraries a room's sources need.
set(nlp_libraries_base nlohmann_json::nlohmann_json PkgConfig::archive)
set(nlp_libraries_text PkgConfig::utf8proc PkgConfig::oniguruma)
set(nlp_libraries_tokenizer simdjson::simdjson nlohmann_json::nlohmann_json)
set(nlp_libraries_plot PkgConfig::cairo)
set(nlp_libraries_store PkgConfig::curl PkgConfig::crypto)
set(nlp_libraries_dnn DNNL::dnnl ${NLP_OPENMP_RUNTIME} PkgConfig::hwy)

# One room of lib/: the target nlp_room_NAME from all sources of its folder.
function(nlp_room row)
  string(REGEX MATCH "^([a-z_]+): *(.*)$" matched "${row}")
  set(room ${CMAKE_MATCH_1})
  string(REPLACE " " ";" allowed "${CMAKE_MATCH_2}")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/lib/${room}/*.cpp)
  if(NOT sources)
    add_library(nlp_room_${room} INTERFACE)
    set(scope INTERFACE)
  else()
    add_library(nlp_room_${room} STATIC ${sources})
    nlp_precompile(nlp_room_${room})
    set(scope PUBLIC)
    if(room IN_LIST NLP_ROOMS_APART)
      set_target_properties(nlp_room_${room} PROPERTIES UNITY_BUILD OFF)
    endif()
    # Highway compiles these once for each instruction set, which needs a unit of its own.
    foreach(source IN LISTS sources)
      file(STRINGS ${source} often REGEX "hwy/foreach_target" LIMIT_COUNT 1)
      if(often)
        set_source_files_properties(${source} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
      endif()
    endforeach()
  endif()
  target_link_libraries(nlp_room_${room} ${scope} nlp_options fmt::fmt Threads::Threads
                        ${nlp_libraries_${room}})
  foreach(other IN LISTS allowed)
    target_link_libraries(nlp_room_${room} ${scope} nlp_room_${other})
  endforeach()
endfunction()
