# Pictures through decoders of their own, and those decoders.
pkg_check_modules(TEST_TIFF REQUIRED IMPORTED_TARGET libtiff-4)
sekisho_fuzz(tiff SEEDS samples/benign/tiff samples/planted/tiff)
sekisho_test(test_tiff SOURCES unit/test_tiff.c unit/picture_checks.c
  LIBS fuzz_common PkgConfig::TEST_TIFF)
sekisho_test(test_codec SOURCES unit/test_codec.c LIBS formats findings)
sekisho_fuzz(heif SEEDS samples/benign/heif samples/planted/heif)
sekisho_fuzz(jpeg2000 SEEDS samples/benign/jpeg2000 samples/planted/jpeg2000
  tests/fuzz/seeds/jpeg2000)
sekisho_test(test_converted SOURCES unit/test_converted.c
  unit/picture_checks.c LIBS fuzz_common)
sekisho_fuzz(jbig2 SEEDS tests/fuzz/seeds/jbig2)
sekisho_test(test_jbig2 SOURCES unit/test_jbig2.c LIBS formats findings)
