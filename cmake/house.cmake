# What every room shares: flags, the rule that a room is a library, and the rule that tests lie beside the code.

find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
if(ATONCE_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()

# Which build a test ran in, as the first part of its name: the same test runs in several.
if(ATONCE_SANITIZE MATCHES "address")
  set(flavour "asan/")
elseif(ATONCE_SANITIZE MATCHES "thread")
  set(flavour "tsan/")
endif()

add_library(house_flags INTERFACE)
target_include_directories(house_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(house_flags INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wnon-virtual-dtor -Wold-style-cast
  -Wno-missing-field-initializers -Wno-missing-designated-field-initializers
  -fno-omit-frame-pointer -fstack-protector-strong)
target_compile_definitions(house_flags INTERFACE ATONCE_VERSION="${PROJECT_VERSION}")
target_link_options(house_flags INTERFACE -fuse-ld=lld-19)
if(ATONCE_SANITIZE)
  target_compile_options(house_flags INTERFACE -fsanitize=${ATONCE_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(house_flags INTERFACE -fsanitize=${ATONCE_SANITIZE})
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_options(house_flags INTERFACE -D_FORTIFY_SOURCE=2)
  target_link_options(house_flags INTERFACE -Wl,-z,relro,-z,now)
endif()
if(ATONCE_FUZZERS)
  target_compile_options(house_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# add_room(NAME FILES f.cc ... [USES rooms and libraries])
# A room is one static library; its USES line is its arrows in ARCHITECTURE.md, and tests/arrows_test reads the includes back.
function(add_room name)
  cmake_parse_arguments(ROOM "" "" "FILES;USES" ${ARGN})
  add_library(atonce_${name} STATIC ${ROOM_FILES})
  target_link_libraries(atonce_${name} PUBLIC house_flags fmt::fmt Threads::Threads ${ROOM_USES})
endfunction()

# add_room_tests(NAME FILES f_test.cc ... [USES libraries])
# One test program a room; ctest knows each of its sentences by name.
function(add_room_tests name)
  if(NOT ATONCE_TESTS OR (ATONCE_TEST_ROOMS AND NOT name IN_LIST ATONCE_TEST_ROOMS))
    return()
  endif()
  cmake_parse_arguments(ROOM "" "" "FILES;USES" ${ARGN})
  add_executable(${name}_test ${ROOM_FILES})
  target_link_libraries(${name}_test PRIVATE atonce_${name} ${ROOM_USES} GTest::gmock_main)
  gtest_discover_tests(${name}_test TEST_PREFIX "${flavour}${name}/" DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 120)
endfunction()
