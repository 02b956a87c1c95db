// SPDX-License-Identifier: Apache-2.0
// Goal: a server that is not ours understands what the HTTP sender says.
// Method: Python's http.server in a process of its own, speaking HTTP/1.1 and HTTP/1.0.
#include <cstdio>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "clew/transport/http/http_sender.h"

namespace clew::transport {
namespace {

constexpr std::chrono::seconds kPatience{30};

class PythonCollector {
public:
    explicit PythonCollector(const char* version) {
        int in[2];
        int out[2];
        EXPECT_EQ(pipe(in) | pipe(out), 0);
        child_ = fork();
        if (child_ == 0) {
            dup2(in[0], STDIN_FILENO);
            dup2(out[1], STDOUT_FILENO);
            for (const int fd : {in[0], in[1], out[0], out[1]}) close(fd);
            execl(CLEW_PYTHON, CLEW_PYTHON, CLEW_INTEROP_SCRIPT, version, nullptr);
            _exit(127);
        }
        close(in[0]);
        close(out[1]);
        input_ = in[1];
        output_ = fdopen(out[0], "r");
    }
    ~PythonCollector() {
        close(input_);
        fclose(output_);
        waitpid(child_, nullptr, 0);
    }
    PythonCollector(const PythonCollector&) = delete;
    PythonCollector& operator=(const PythonCollector&) = delete;

    std::string line() {
        char text[1000] = {};
        if (fgets(text, sizeof text, output_) == nullptr) return "(no line)";
        std::string result(text);
        while (result.ends_with('\n')) result.pop_back();
        return result;
    }

private:
    pid_t child_ = -1;
    int input_ = -1;
    FILE* output_ = nullptr;
};

class HttpSenderInteropTest : public ::testing::TestWithParam<const char*> {
protected:
    HttpSenderInteropTest() : collector_(GetParam()) {
        HttpSenderOptions options;
        options.peer = {"localhost", static_cast<std::uint16_t>(std::stoi(collector_.line()))};
        sender_ = std::make_unique<HttpSender>(options);
    }
    SendResult send(const std::vector<std::string_view>& payloads) {
        return sender_->send(payloads, Deadline::after(kPatience));
    }

    PythonCollector collector_;
    std::unique_ptr<HttpSender> sender_;
};

TEST_P(HttpSenderInteropTest, is_understood_by_pythons_server) {
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(send({"{\"id\":\"1\"}", "{\"id\":\"2\"}"}).outcome, Outcome::accepted);
        EXPECT_EQ(
            collector_.line(), "/api/v2/spans application/json [{\"id\":\"1\"},{\"id\":\"2\"}]"
        );
    }
}

TEST_P(HttpSenderInteropTest, understands_pythons_request_for_patience) {
    const SendResult result = send({"\"busy\""});
    EXPECT_EQ(result.outcome, Outcome::try_later);
    EXPECT_EQ(result.retry_after, std::chrono::seconds(2));
    EXPECT_EQ(send({"\"busy\""}).outcome, Outcome::accepted);
}

INSTANTIATE_TEST_SUITE_P(
    KeepAliveAndNot, HttpSenderInteropTest, ::testing::Values("HTTP/1.1", "HTTP/1.0")
);

}  // namespace
}  // namespace clew::transport
