# Word.
target_sources(fuzz_common PRIVATE fuzz/part_pack.c)
sekisho_fuzz(docx SEEDS samples/benign/docx samples/planted/docx
  samples/planted/docm samples/benign/dotx tests/fuzz/seeds/docx)
sekisho_fuzz(field SEEDS tests/fuzz/seeds/field)
sekisho_test(test_field SOURCES unit/test_field.c LIBS formats)
sekisho_test(test_ooxml_word SOURCES unit/test_ooxml_word.c
  unit/picture_checks.c fuzz/fuzz_docx.c LIBS fuzz_common)
add_test(NAME word_policy COMMAND
  ${CMAKE_SOURCE_DIR}/tests/integration/word_policy.sh)
set_tests_properties(word_policy PROPERTIES ENVIRONMENT
  "BUILD=${CMAKE_BINARY_DIR}")
