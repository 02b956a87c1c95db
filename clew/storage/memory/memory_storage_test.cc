// SPDX-License-Identifier: Apache-2.0
// Goal: MemoryStorage passes the exam of all storages.
// Method: the storage contract, with bounds that it does not reach.
#include "clew/storage/memory/memory_storage.h"

#include <gtest/gtest.h>

#include "clew/storage/testing/storage_contract.h"

namespace clew::storage::testing {

namespace {

std::unique_ptr<Storage> make_memory(const StorageTraits& traits) {
    MemoryOptions options;
    options.strict_trace_id = traits.strict_trace_id;
    options.search_enabled = traits.search_enabled;
    options.autocomplete_keys = traits.autocomplete_keys;
    return MemoryStorage::create(options).value();
}

INSTANTIATE_TEST_SUITE_P(
    MemoryStorage, StorageContract, ::testing::Values(StorageMaker{"memory", make_memory})
);

}  // namespace

}  // namespace clew::storage::testing
