# Pictures.
sekisho_fuzz(jpeg SEEDS samples/benign/jpeg samples/planted/jpeg)
sekisho_fuzz(png SEEDS samples/benign/png samples/planted/png)

# Time of both passes (tests/bench/bench_images.sh).
pkg_check_modules(BENCH_PNG REQUIRED IMPORTED_TARGET libpng)
add_executable(bench_images bench/bench_images.c)
target_link_libraries(bench_images PRIVATE formats findings
  PkgConfig::BENCH_PNG)

sekisho_test(test_jpeg SOURCES unit/test_jpeg.c unit/picture_checks.c
  LIBS fuzz_common)
sekisho_test(test_png SOURCES unit/test_png.c unit/picture_checks.c
  fuzz/fuzz_png.c LIBS fuzz_common PkgConfig::BENCH_PNG)

# In the real cage.
sekisho_test(test_picture_cage SOURCES unit/test_picture_cage.c LIBS pipeline)
target_compile_definitions(test_picture_cage PRIVATE
  SEKISHO_WORKER="$<TARGET_FILE:sekisho-worker>")
add_dependencies(test_picture_cage sekisho-worker)
