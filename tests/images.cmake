# Pictures.
sekisho_fuzz(jpeg SEEDS samples/benign/jpeg samples/planted/jpeg)
sekisho_fuzz(png SEEDS samples/benign/png samples/planted/png)

# Time of both passes (tests/bench/bench_images.sh).
pkg_check_modules(BENCH_PNG REQUIRED IMPORTED_TARGET libpng)
add_executable(bench_images bench/bench_images.c)
target_link_libraries(bench_images PRIVATE formats findings
  PkgConfig::BENCH_PNG)
