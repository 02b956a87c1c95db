# SPDX-License-Identifier: Apache-2.0
# One interface target carries every flag of ours, so third-party targets never see them:
# warnings as errors, the sanitizers of the dev preset, the hardening of the release preset.
include(CheckCXXCompilerFlag)
include(CheckLinkerFlag)

add_library(clew_build_flags INTERFACE)
target_compile_features(clew_build_flags INTERFACE cxx_std_20)
target_include_directories(clew_build_flags INTERFACE "${PROJECT_SOURCE_DIR}")
target_compile_options(
    clew_build_flags
    INTERFACE
        -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow
        $<$<COMPILE_LANGUAGE:CXX>:-Wold-style-cast>
        $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor>
)

# Here a warning is a mistake to mend; on a user's machine, whose compiler may be newer and know
# more warnings, it is not worth a failed installation.
if(NOT CLEW_PYTHON)
    target_compile_options(clew_build_flags INTERFACE -Werror)
endif()

# Each hardening flag is tried first: compilers differ (g++ 12 has no -fstrict-flex-arrays).
function(clew_try_flag flag)
    string(MAKE_C_IDENTIFIER "CLEW_HAS_${flag}" known)
    check_cxx_compiler_flag("${flag} -Werror" ${known})
    if(${known})
        target_compile_options(clew_build_flags INTERFACE ${flag})
    endif()
endfunction()

function(clew_try_link_flag flag)
    string(MAKE_C_IDENTIFIER "CLEW_HAS_${flag}" known)
    check_linker_flag(CXX "${flag}" ${known})
    if(${known})
        target_link_options(clew_build_flags INTERFACE ${flag})
    endif()
endfunction()

if(CLEW_SANITIZE)
    target_compile_options(
        clew_build_flags INTERFACE -fsanitize=${CLEW_SANITIZE} -fno-omit-frame-pointer
                                   -fno-sanitize-recover=all
    )
    target_link_options(clew_build_flags INTERFACE -fsanitize=${CLEW_SANITIZE})
    target_compile_definitions(clew_build_flags INTERFACE _GLIBCXX_ASSERTIONS)
    if(CLEW_SANITIZE MATCHES "thread")
        # The thread sanitizer knows no fences: Asio has a build without, g++ warns of the others.
        target_compile_definitions(clew_build_flags INTERFACE BOOST_ASIO_DISABLE_FENCED_BLOCK)
        target_compile_options(clew_build_flags INTERFACE -Wno-tsan)
    endif()
endif()

if(CLEW_FUZZ)
    target_compile_options(clew_build_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

if(CLEW_HARDEN)
    foreach(
        flag
        -Wformat=2 -Wimplicit-fallthrough -Werror=format-security -fstack-protector-strong
        -fstack-clash-protection -fcf-protection=full -ftrivial-auto-var-init=zero
        -fstrict-flex-arrays=3
    )
        clew_try_flag(${flag})
    endforeach()
    target_compile_definitions(clew_build_flags INTERFACE _GLIBCXX_ASSERTIONS)
    target_compile_options(clew_build_flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
    foreach(flag -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,--as-needed)
        clew_try_link_flag(${flag})
    endforeach()
    if(NOT CLEW_PYTHON)  # which is there to be dlopen()ed
        clew_try_link_flag(-Wl,-z,nodlopen)
    endif()
endif()

find_program(CLEW_MOLD mold)
if(CLEW_MOLD AND NOT CMAKE_INTERPROCEDURAL_OPTIMIZATION)
    clew_try_link_flag(-fuse-ld=mold)
endif()
find_program(CLEW_CCACHE ccache)
if(CLEW_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${CLEW_CCACHE}")
    set(CMAKE_C_COMPILER_LAUNCHER "${CLEW_CCACHE}")
endif()
