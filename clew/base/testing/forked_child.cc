// SPDX-License-Identifier: Apache-2.0
#include "clew/base/testing/forked_child.h"

#include <sys/wait.h>

namespace clew::testing {

std::string read_to_end(int descriptor) {
    std::string text;
    char bytes[4096];
    for (ssize_t size = 0; (size = read(descriptor, bytes, sizeof bytes)) > 0;) {
        text.append(bytes, static_cast<std::size_t>(size));
    }
    return text;
}

std::string said_in_child(
    const std::function<std::string()>& body, const std::function<pid_t()>& make_child
) {
    int ends[2];
    if (pipe(ends) != 0) return "?";
    const pid_t child = make_child();
    if (child == 0) {
        const std::string answer = body();
        const ssize_t size = write(ends[1], answer.data(), answer.size());
        _exit(size == static_cast<ssize_t>(answer.size()) ? 0 : 1);
    }
    close(ends[1]);
    std::string answer = read_to_end(ends[0]);
    close(ends[0]);
    int status = -1;
    if (child < 0 || waitpid(child, &status, 0) != child) return "?";
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? answer : "?";
}

}  // namespace clew::testing
