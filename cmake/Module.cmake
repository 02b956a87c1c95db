# SPDX-License-Identifier: Apache-2.0
# clew_module(): one folder under clew/ = one module = one static library = one namespace.
#
#   clew_module(storage/memory FLOOR 3
#       DEPENDS storage trace model base     modules on lower floors, or own ancestors
#       HEADERS memory_storage.h             the face; each must compile alone
#       SOURCES memory_storage.cc            back room, internal headers included
#       LINKS simdjson::simdjson             third-party libraries, private to the .cc files
#       TESTS memory_storage_test.cc         gtest, one binary per module
#       TEST_DEPENDS storage/testing         testing/ kits, for the tests only
#       TEST_LINKS nlohmann_json::nlohmann_json
#       FUZZ x_fuzz.cc                       libFuzzer targets, one program per file (preset fuzz)
#       BENCHES x_bench.cc                   Google Benchmark, one program per module (preset bench)
#       BENCH_LINKS …)
#
# PART name: a second library in the same folder (codec/json_v2 writes without any dependency, its
# PART decoder reads with simdjson), so that what is installed stays free of third parties.
# NDEBUG_SOURCES: files that are always compiled with -DNDEBUG, sanitizers or not.
#
# First of the three locks of the floor plan: an edge that goes sideways or up stops the
# configuration. (tools/tidy.py holds #include lines against DEPENDS; VERIFY_INTERFACE_HEADER_SETS
# compiles every header alone.)

function(clew_module path)
    set(programs FUZZ BENCHES BENCH_LINKS)
    cmake_parse_arguments(
        M "" "FLOOR;PART"
        "DEPENDS;HEADERS;SOURCES;LINKS;NDEBUG_SOURCES;TESTS;TEST_DEPENDS;TEST_LINKS;${programs}"
        ${ARGN}
    )
    if(M_UNPARSED_ARGUMENTS OR NOT DEFINED M_FLOOR)
        message(
            FATAL_ERROR
            "clew_module(${path}): FLOOR is missing or unknown words: ${M_UNPARSED_ARGUMENTS}"
        )
    endif()
    clew_target_name("${path}" target)
    if(M_PART)
        string(APPEND target "_${M_PART}")
    endif()
    set_property(GLOBAL PROPERTY CLEW_FLOOR_${path} ${M_FLOOR})
    clew_check_edges("${path}" ${M_FLOOR} "${M_DEPENDS}")

    if(M_SOURCES)
        add_library(${target} STATIC ${M_SOURCES})
        set(scope PUBLIC)
        target_link_libraries(${target} PRIVATE clew_build_flags ${M_LINKS})
    else()
        add_library(${target} INTERFACE)
        set(scope INTERFACE)
    endif()
    target_sources(
        ${target} ${scope} FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}" FILES ${M_HEADERS}
    )
    set_target_properties(${target} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
    foreach(dependency IN LISTS M_DEPENDS)
        clew_target_name("${dependency}" dependency_target)
        target_link_libraries(${target} ${scope} ${dependency_target})
    endforeach()
    foreach(file IN LISTS M_NDEBUG_SOURCES)
        set_property(SOURCE ${file} APPEND PROPERTY COMPILE_DEFINITIONS NDEBUG)
    endforeach()
    if(CLEW_FUZZ)
        foreach(file IN LISTS M_FUZZ)
            get_filename_component(name "${file}" NAME_WE)
            add_executable(${name} ${file})
            target_link_libraries(${name} PRIVATE ${target} clew_build_flags)
            target_link_options(${name} PRIVATE -fsanitize=fuzzer)
            set_target_properties(
                ${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/fuzz"
            )
        endforeach()
    endif()
    if(M_BENCHES AND CLEW_BENCH)
        add_executable(${target}_bench ${M_BENCHES})
        target_compile_definitions(${target}_bench PRIVATE NDEBUG)
        target_link_libraries(
            ${target}_bench PRIVATE ${target} clew_build_flags benchmark::benchmark ${M_BENCH_LINKS}
        )
    endif()
    if(M_TESTS AND CLEW_TESTS)
        clew_module_tests(${target} "${path}" "${M_TESTS}" "${M_TEST_DEPENDS}" "${M_TEST_LINKS}")
    endif()
endfunction()

# storage/memory -> clew_storage_memory; "codec/json_v2:decoder" names a PART.
function(clew_target_name path variable)
    string(REGEX REPLACE "[/:]" "_" name "clew_${path}")
    set(${variable} ${name} PARENT_SCOPE)
endfunction()

function(clew_check_edges path floor dependencies)
    foreach(dependency IN LISTS dependencies)
        string(REGEX REPLACE ":.*" "" module "${dependency}")
        get_property(other GLOBAL PROPERTY CLEW_FLOOR_${module})
        if("${other}" STREQUAL "")
            message(
                FATAL_ERROR
                "${path} depends on ${dependency}, which no module before it declares"
            )
        endif()
        string(FIND "${path}/" "${module}/" at)
        if(NOT at EQUAL 0 AND NOT other LESS floor)
            message(FATAL_ERROR
                "${path} (floor ${floor}) may not depend on ${module} (floor ${other}): "
                "only lower floors and own ancestors"
            )
        endif()
    endforeach()
endfunction()

# A test binary may use its module, its module's dependencies, and any testing/ kit named.
function(clew_module_tests target path tests depends links)
    add_executable(${target}_test ${tests})
    target_link_libraries(
        ${target}_test PRIVATE ${target} clew_build_flags GTest::gtest GTest::gtest_main ${links}
    )
    foreach(dependency IN LISTS depends)
        clew_target_name("${dependency}" dependency_target)
        target_link_libraries(${target}_test PRIVATE ${dependency_target})
    endforeach()
    add_test(NAME ${target}_test COMMAND ${target}_test)
    set_tests_properties(${target}_test PROPERTIES TIMEOUT 300 LABELS "${path}")
    set_target_properties(
        ${target}_test PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/test"
    )
endfunction()
