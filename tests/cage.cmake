# The worker's cage and the pipeline.

# The pipeline over the real worker with a toy format.
add_executable(toy-worker ${CMAKE_SOURCE_DIR}/sanitizer/worker/main.c
  integration/toy_format.c)
target_link_libraries(toy-worker PRIVATE worker)
sekisho_test(test_pipeline SOURCES unit/test_pipeline.c LIBS pipeline)
target_compile_definitions(test_pipeline PRIVATE
  TOY_WORKER="$<TARGET_FILE:toy-worker>"
  $<$<BOOL:${SEKISHO_CAGE_ASAN}>:SEKISHO_CAGE_ASAN>)
add_dependencies(test_pipeline toy-worker)

# The parent against bytes that no worker sends.
sekisho_test(test_proto SOURCES unit/test_proto.c LIBS proto)

add_executable(try_syscall integration/try_syscall.c)
target_link_libraries(try_syscall PRIVATE sandbox)
target_compile_definitions(try_syscall PRIVATE
  $<$<BOOL:${SEKISHO_CAGE_ASAN}>:SEKISHO_CAGE_ASAN>)
add_test(NAME try_syscall COMMAND try_syscall)

add_executable(bench_cage bench/bench_cage.c)
target_link_libraries(bench_cage PRIVATE pipeline)

# A worker in the hands of an attacker.
add_executable(hostile-worker integration/hostile_worker.c)
target_link_libraries(hostile-worker PRIVATE proto)
sekisho_test(test_hostile SOURCES unit/test_hostile.c LIBS pipeline)
target_compile_definitions(test_hostile PRIVATE
  HOSTILE_WORKER="$<TARGET_FILE:hostile-worker>")
add_dependencies(test_hostile hostile-worker)

# Light processes beside full ones.
sekisho_test(test_light SOURCES unit/test_light.c LIBS pipeline)
target_compile_definitions(test_light PRIVATE
  HOSTILE_WORKER="$<TARGET_FILE:hostile-worker>"
  SEKISHO_WORKER="$<TARGET_FILE:sekisho-worker>")
add_dependencies(test_light hostile-worker sekisho-worker)

if(SEKISHO_FUZZ)
  add_executable(fuzz_proto fuzz/fuzz_proto.c)
  target_link_libraries(fuzz_proto PRIVATE proto)
  target_link_options(fuzz_proto PRIVATE -fsanitize=fuzzer)
endif()
