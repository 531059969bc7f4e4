# Drawings.
sekisho_fuzz(svg SEEDS samples/benign/svg samples/planted/svg)
sekisho_test(test_svg SOURCES unit/test_svg.c unit/picture_checks.c
  fuzz/fuzz_svg.c LIBS fuzz_common)
add_test(NAME svg_check COMMAND ${CMAKE_SOURCE_DIR}/tests/integration/svg.sh)
set_tests_properties(svg_check PROPERTIES ENVIRONMENT
  BUILD=${CMAKE_BINARY_DIR})
