# The console.
add_executable(people_maker unit/people_maker.c)
target_link_libraries(people_maker PRIVATE quarantine)
add_executable(transfer_maker unit/transfer_maker.c)
target_link_libraries(transfer_maker PRIVATE quarantine)
sekisho_test(test_console SOURCES unit/test_console.c LIBS console)
