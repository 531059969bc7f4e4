# PDF.
pkg_check_modules(CRYPTO REQUIRED IMPORTED_TARGET libcrypto)
sekisho_test(test_pdf_pobj SOURCES unit/test_pdf_pobj.c unit/pdf_case.c
  LIBS formats)
sekisho_test(test_pdf_in SOURCES unit/test_pdf_in.c unit/pdf_case.c
  LIBS formats)
sekisho_test(test_pdf_filter SOURCES unit/test_pdf_filter.c unit/pdf_case.c
  LIBS formats PkgConfig::ZLIB)
sekisho_test(test_pdf_content SOURCES unit/test_pdf_content.c unit/pdf_case.c
  LIBS formats)

# Font programs.
add_executable(font_rebuild unit/font_rebuild.c)
target_link_libraries(font_rebuild PRIVATE formats findings)
sekisho_test(test_pdf_signature SOURCES unit/test_pdf_signature.c
  unit/pdf_case.c LIBS formats PkgConfig::CRYPTO)
sekisho_test(test_pdf_image SOURCES unit/test_pdf_image.c unit/pdf_case.c
  LIBS formats)
sekisho_fuzz(pdf_font SEEDS tests/fuzz/seeds/pdf_font)
pkg_check_modules(FREETYPE REQUIRED IMPORTED_TARGET freetype2)
sekisho_test(test_pdf_font SOURCES unit/test_pdf_font.c fuzz/fuzz_pdf_font.c
  LIBS fuzz_common PkgConfig::FREETYPE)
sekisho_test(test_pdf_cmap SOURCES unit/test_pdf_cmap.c unit/pdf_case.c
  LIBS formats)
# Parts of PDF in a document around them.
target_sources(fuzz_common PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/pdf_wrap.c)
sekisho_fuzz(pdf_content SEEDS tests/fuzz/seeds/pdf_content)
sekisho_fuzz(pdf_cmap SEEDS tests/fuzz/seeds/pdf_cmap)
sekisho_test(test_pdf_walk SOURCES unit/test_pdf_walk.c LIBS formats findings)
sekisho_test(test_pdf_form SOURCES unit/test_pdf_form.c
  LIBS formats findings PkgConfig::ZLIB)
sekisho_fuzz(pdf SEEDS samples/benign/pdf samples/planted/pdf
  tests/fuzz/seeds/pdf)
sekisho_test(test_pdf SOURCES unit/test_pdf.c unit/picture_checks.c
  LIBS fuzz_common)
