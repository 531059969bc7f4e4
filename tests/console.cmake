# The console.
add_executable(people_maker unit/people_maker.c)
target_link_libraries(people_maker PRIVATE quarantine)
