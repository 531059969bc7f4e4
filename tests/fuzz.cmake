# Fuzz targets: tests/fuzz/fuzz_X.c with the shared harness. With clang and
# SEKISHO_FUZZ fuzz_X is a libFuzzer program; else replay_X runs files.
add_library(fuzz_common STATIC fuzz/fuzz_common.c)
target_include_directories(fuzz_common PUBLIC fuzz)
pkg_check_modules(FUZZ_ZLIB REQUIRED IMPORTED_TARGET zlib)
target_link_libraries(fuzz_common PUBLIC formats findings
  PkgConfig::FUZZ_ZLIB)

# sekisho_fuzz(X SEEDS folders-relative-to-the-project...)
function(sekisho_fuzz name)
  cmake_parse_arguments(F "" "" "SEEDS" ${ARGN})
  if(SEKISHO_FUZZ)
    add_executable(fuzz_${name} fuzz/fuzz_${name}.c)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    target_link_libraries(fuzz_${name} PRIVATE fuzz_common)
  endif()
  add_executable(replay_${name} fuzz/fuzz_${name}.c fuzz/replay_main.c)
  target_link_libraries(replay_${name} PRIVATE fuzz_common)
  if(F_SEEDS)
    add_test(NAME replay_${name} COMMAND replay_${name} ${F_SEEDS}
      WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  endif()
endfunction()
