# XML and the grammar of OOXML.
add_executable(xml_survey unit/xml_survey.c)
target_link_libraries(xml_survey PRIVATE formats)
add_test(NAME xml_survey COMMAND
  ${CMAKE_SOURCE_DIR}/tests/corpus/xml_survey.py ${CMAKE_BINARY_DIR})
set_tests_properties(xml_survey PROPERTIES SKIP_RETURN_CODE 77)
