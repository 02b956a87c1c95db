// SPDX-License-Identifier: Apache-2.0
#include "clew/app/serve/internal/spawned_clew.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

namespace clew::app {

namespace {

constexpr std::chrono::seconds kPatience{30};
constexpr std::chrono::milliseconds kPause{2};

template <typename Condition>
bool becomes_true(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(kPause);
    }
    return true;
}

std::string content_of(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (std::string& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

std::uint16_t port_named(const std::string& text, const std::string& name) {
    const std::size_t at = text.find(name + "=");
    if (at == std::string::npos) return 0;
    return static_cast<std::uint16_t>(std::strtoul(text.c_str() + at + name.size() + 1, nullptr, 10)
    );
}

}  // namespace

SpawnedClew::SpawnedClew(
    const std::vector<std::string>& arguments, const std::vector<std::string>& variables
) {
    std::array<char, 32> name = {"/tmp/clew_spawned_XXXXXX"};
    folder_ = mkdtemp(name.data());
    std::vector<std::string> words = {CLEW_PROGRAM};
    words.insert(words.end(), arguments.begin(), arguments.end());
    const bool names_a_port_file = std::ranges::find(arguments, "--port-file") != arguments.end();
    if (!arguments.empty() && arguments[0] == "serve" && !names_a_port_file) {
        words.push_back("--port-file");
        words.push_back(folder_ + "/ports");
    }
    std::vector<std::string> environment = {"PATH=/usr/bin:/bin"};
    environment.insert(environment.end(), variables.begin(), variables.end());
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    const int create = O_WRONLY | O_CREAT | O_TRUNC;
    const std::string out = folder_ + "/out";
    const std::string err = folder_ + "/err";
    posix_spawn_file_actions_addopen(&actions, 1, out.c_str(), create, 0600);
    posix_spawn_file_actions_addopen(&actions, 2, err.c_str(), create, 0600);
    posix_spawn(
        &child_,
        CLEW_PROGRAM,
        &actions,
        nullptr,
        pointers_to(words).data(),
        pointers_to(environment).data()
    );
    posix_spawn_file_actions_destroy(&actions);
}

SpawnedClew::~SpawnedClew() {
    if (child_ > 0) {
        ::kill(child_, SIGKILL);
        ::waitpid(child_, nullptr, 0);
    }
    std::error_code ignored;  // a folder that stays in /tmp fails no test
    std::filesystem::remove_all(folder_, ignored);
}

bool SpawnedClew::wait_until_ready() {
    if (!becomes_true([this] { return std::filesystem::exists(folder_ + "/ports"); })) return false;
    const std::string text = content_of(folder_ + "/ports");
    http_port_ = port_named(text, "http");
    scribe_port_ = port_named(text, "scribe");
    return http_port_ != 0;
}

std::chrono::nanoseconds SpawnedClew::cpu_time() const {
    const std::string account = content_of("/proc/" + std::to_string(child_) + "/schedstat");
    return std::chrono::nanoseconds(std::strtoll(account.c_str(), nullptr, 10));
}

void SpawnedClew::send_signal(int number) const { ::kill(child_, number); }

int SpawnedClew::wait() {
    int status = 0;
    if (!becomes_true([&] { return ::waitpid(child_, &status, WNOHANG) == child_; })) return -1;
    child_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string SpawnedClew::output() const { return content_of(folder_ + "/out"); }

std::string SpawnedClew::errors() const { return content_of(folder_ + "/err"); }

bool SpawnedClew::wait_for_error_line(const std::string& text) const {
    return becomes_true([&] { return errors().find(text) != std::string::npos; });
}

}  // namespace clew::app
