// SPDX-License-Identifier: Apache-2.0
#pragma once

// The program itself as a child process of a test: started with arguments and an environment, asked
// for its ports, ended by signal, its output kept. A child that does not end by itself is killed.
//
// Threads: one at a time.

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

namespace clew::app {

class SpawnedClew {
public:
    // `variables` are added to an environment that has nothing but PATH.
    explicit SpawnedClew(
        const std::vector<std::string>& arguments, const std::vector<std::string>& variables = {}
    );
    ~SpawnedClew();
    SpawnedClew(const SpawnedClew&) = delete;
    SpawnedClew& operator=(const SpawnedClew&) = delete;

    // Reads the port file that it was told to write (`--port-file` is added to every start of
    // `serve` that names none); false when it has not written one in time.
    bool wait_until_ready();
    std::uint16_t http_port() const { return http_port_; }
    std::uint16_t scribe_port() const { return scribe_port_; }

    // Of its main thread since it began.
    std::chrono::nanoseconds cpu_time() const;

    void send_signal(int number) const;
    // Its exit status; 128 and the number when a signal ended it; -1 when it has not ended in time.
    int wait();

    // What it has written so far.
    std::string output() const;
    std::string errors() const;
    // True as soon as stderr holds the text.
    bool wait_for_error_line(const std::string& text) const;

private:
    std::string folder_;
    pid_t child_ = -1;
    std::uint16_t http_port_ = 0;
    std::uint16_t scribe_port_ = 0;
};

}  // namespace clew::app
