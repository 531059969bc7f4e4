# BMP, ICO, GIF, WebP, PSD.
foreach(name bmp gif icon psd)
  sekisho_fuzz(${name} SEEDS samples/benign/${name} samples/planted/${name})
endforeach()
sekisho_fuzz(webp SEEDS samples/benign/webp samples/planted/webp
  tests/fuzz/seeds/webp)
find_package(GIF 5 REQUIRED)
pkg_check_modules(TEST_WEBP REQUIRED IMPORTED_TARGET libwebp)
sekisho_test(test_bitmap SOURCES unit/test_bitmap.c unit/picture_checks.c
  LIBS fuzz_common)
sekisho_test(test_gif SOURCES unit/test_gif.c unit/picture_checks.c
  LIBS fuzz_common GIF::GIF)
sekisho_test(test_webp SOURCES unit/test_webp.c unit/picture_checks.c
  LIBS fuzz_common PkgConfig::TEST_WEBP)
pkg_check_modules(TEST_JPEG REQUIRED IMPORTED_TARGET libjpeg)
sekisho_test(test_picture_options SOURCES unit/test_picture_options.c
  unit/picture_checks.c LIBS fuzz_common PkgConfig::TEST_JPEG)
