# XML and the grammar of OOXML.
add_executable(xml_survey unit/xml_survey.c)
target_link_libraries(xml_survey PRIVATE formats)
add_test(NAME xml_survey COMMAND
  ${CMAKE_SOURCE_DIR}/tests/corpus/xml_survey.py ${CMAKE_BINARY_DIR})
set_tests_properties(xml_survey PROPERTIES SKIP_RETURN_CODE 77)
sekisho_test(test_xmlx SOURCES unit/test_xmlx.c unit/xml_case.c LIBS formats)
sekisho_test(test_xmlx_limits SOURCES unit/test_xmlx_limits.c unit/xml_case.c
  LIBS formats)
sekisho_test(test_schema SOURCES unit/test_schema.c LIBS schema)
sekisho_fuzz(xml SEEDS tests/fuzz/seeds_xml)
foreach(t fuzz_xml replay_xml)
  if(TARGET ${t})
    target_sources(${t} PRIVATE unit/xml_case.c)
    target_include_directories(${t} PRIVATE unit)
  endif()
endforeach()
