// SPDX-License-Identifier: Apache-2.0
#include "clew/base/concurrent/pinned_code.h"

#include <dlfcn.h>

namespace clew {

namespace {

// What is open already is only marked. The handle is given back, the mark stays.
bool pin() noexcept {
    Dl_info own{};
    if (dladdr(reinterpret_cast<void*>(&pin_own_code), &own) == 0) return false;
    void* const library = dlopen(own.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
    if (library == nullptr) return false;  // the program itself, under the name it was called by
    dlclose(library);
    return true;
}

}  // namespace

void pin_own_code() noexcept { [[maybe_unused]] static const bool is_pinned = pin(); }

}  // namespace clew
