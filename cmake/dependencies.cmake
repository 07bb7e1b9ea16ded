# What the project stands on, each from the system, each with a message that says what to install.

function(nlp_require found what debian)
  if(NOT ${found})
    message(FATAL_ERROR "${what} was not found; install it (Debian: apt-get install ${debian}) "
                        "or point CMAKE_PREFIX_PATH at it")
  endif()
endfunction()

find_package(dnnl CONFIG QUIET)
nlp_require(dnnl_FOUND "oneDNN (2.6 or later)" "libdnnl-dev")
# The OpenMP runtime that Debian's oneDNN runs on, whichever compiler builds us: a second one beside
# it would not be asked.
find_library(NLP_OPENMP_RUNTIME NAMES libgomp.so.1 gomp)
mark_as_advanced(NLP_OPENMP_RUNTIME)
if(NOT NLP_OPENMP_RUNTIME)
  set(NLP_OPENMP_RUNTIME "")
endif()
find_package(fmt CONFIG QUIET)
nlp_require(fmt_FOUND "fmt (9 or later)" "libfmt-dev")
find_package(CLI11 CONFIG QUIET)
nlp_require(CLI11_FOUND "CLI11 (2.1 or later)" "libcli11-dev")
find_package(nlohmann_json CONFIG QUIET)
nlp_require(nlohmann_json_FOUND "nlohmann-json (3.11 or later)" "nlohmann-json3-dev")
find_package(simdjson CONFIG QUIET)
nlp_require(simdjson_FOUND "simdjson (3 or later)" "libsimdjson-dev")
find_package(Threads REQUIRED)

find_package(PkgConfig QUIET)
nlp_require(PkgConfig_FOUND "pkg-config" "pkg-config")
pkg_check_modules(utf8proc QUIET IMPORTED_TARGET libutf8proc)
nlp_require(utf8proc_FOUND "utf8proc (2.8 or later)" "libutf8proc-dev")
pkg_check_modules(oniguruma QUIET IMPORTED_TARGET oniguruma)
nlp_require(oniguruma_FOUND "Oniguruma (6.9 or later)" "libonig-dev")
pkg_check_modules(hwy QUIET IMPORTED_TARGET libhwy)
nlp_require(hwy_FOUND "Highway (1.0 or later)" "libhwy-dev")
pkg_check_modules(archive QUIET IMPORTED_TARGET libarchive)
nlp_require(archive_FOUND "libarchive (3.6 or later)" "libarchive-dev")

if(NLP_TESTS)
  find_package(Catch2 CONFIG QUIET)
  nlp_require(Catch2_FOUND "Catch2 (2.13 or 3)" "catch2")
endif()
