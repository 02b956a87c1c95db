// SPDX-License-Identifier: Apache-2.0
// Goal: whatever stands in a file of a ring, reading it harms nobody, gives no more than was in it,
// and counts what is lost. Method: the file of a killed process, cut everywhere, every bit flipped.
#include "clew/tracer/internal/dead_ring.h"

#include <cstring>
#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <sys/stat.h>

#include "clew/base/testing/allocation_count.h"
#include "clew/base/text.h"
#include "clew/tracer/internal/ring_recovery.h"
#include "clew/tracer/ring_fixture.h"

namespace clew::tracer::internal {

namespace {

constexpr std::size_t kSpans = 4;

class DeadRingTest : public RingTest {
protected:
    DeadRingTest() {
        in_killed_child(options(), [](const Tracer& tracer) {
            for (std::size_t i = 0; i < kSpans; ++i) {
                Span span = tracer.new_trace("get", model::Kind::server);
                span.tag("key", "value").tag("n", 7).tag("u", 7U).tag("f", 0.5);
                span.annotate("now").annotate("then", Microseconds(1'700'000'000'000'000));
                span.remote_service("backend").remote_address("10.0.0.1", 80);
                span.finish();
            }
        });
        name_ = files().at(0);
        bytes_ = read_file();
        write_ = number_at(header().positions_at + SpscRing<>::kWriteAt);
    }

    std::string path() const { return directory_ + "/" + name_; }
    std::string read_file() const {
        std::ifstream in(path(), std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    void write_file(const std::string& bytes) const {
        std::ofstream(path(), std::ios::binary | std::ios::trunc) << bytes;
    }
    const RingHeader& header() const { return *reinterpret_cast<const RingHeader*>(bytes_.data()); }
    std::uint64_t number_at(std::size_t at) const {
        std::uint64_t number = 0;
        std::memcpy(&number, bytes_.data() + at, sizeof number);
        return number;
    }
    template <typename T>
    void put(std::size_t at, T value) {
        std::memcpy(bytes_.data() + at, &value, sizeof value);
    }
    template <typename T>
    std::string with(std::size_t at, T value) const {
        std::string bytes = bytes_;
        std::memcpy(bytes.data() + at, &value, sizeof value);
        return bytes;
    }

    // What a recovery finds when the file holds these bytes.
    RingRecovery::Taken recover(const std::string& bytes) {
        write_file(bytes);
        return recover();
    }
    RingRecovery::Taken recover() {
        RingRecovery recovery(options_, *directory_of_rings_);
        model::SpanBuilder builder;
        const RingRecovery::Taken taken = recovery.take(builder, 10'000, clock_, true);
        EXPECT_TRUE(recovery.is_done());
        batch_ = builder.finish();
        EXPECT_EQ(batch_.size(), taken.spans);
        for (const model::Span span : batch_) {
            EXPECT_TRUE(is_valid_utf8(span.name()));
            for (const model::Tag& tag : span.tags()) EXPECT_TRUE(is_valid_utf8(tag.key));
        }
        return taken;
    }

    const TracerOptions options_ = options();
    const std::unique_ptr<RingDirectory> directory_of_rings_ =
        RingDirectory::open(options_).value();
    TickClock clock_{TickReader(TickSource::automatic, nullptr).sample(), 0.5};
    std::string name_;
    std::string bytes_;
    std::uint64_t write_ = 0;
    model::SpanBatch batch_;
};

}  // namespace

TEST_F(DeadRingTest, is_read_whole_and_removed) {
    const RingRecovery::Taken taken = recover();
    EXPECT_EQ(taken.spans, kSpans);
    EXPECT_EQ(taken.damaged + taken.no_memory, 0U);
    EXPECT_EQ(batch_[0].tags().size(), 4U);
    EXPECT_TRUE(files().empty());
}

TEST_F(DeadRingTest, waits_for_another_process_when_memory_has_run_out) {
    model::SpanBuilder builder;
    {
        RingRecovery recovery(options_, *directory_of_rings_);
        recovery.take(builder, 0, clock_, true);  // lists the files
        const testing::NoMemory none;
        const RingRecovery::Taken taken = recovery.take(builder, 100, clock_, true);
        EXPECT_EQ(taken.spans + taken.damaged + taken.no_memory, 0U);
        EXPECT_TRUE(recovery.is_done());
    }
    EXPECT_EQ(recover().spans, kSpans);
    EXPECT_TRUE(files().empty());
}

TEST_F(DeadRingTest, loses_one_unknown_rest_when_its_file_was_cut) {
    for (std::size_t size = 1; size < bytes_.size(); size += 13) {
        const RingRecovery::Taken taken = recover(bytes_.substr(0, size));
        EXPECT_EQ(taken.spans, 0U) << size;
        EXPECT_EQ(taken.damaged, 1U) << size;
    }
    EXPECT_TRUE(files().empty());
}

TEST_F(DeadRingTest, that_was_never_begun_costs_nothing) {
    EXPECT_EQ(recover("").damaged, 0U);
    EXPECT_EQ(recover(with(0, std::uint64_t{0})).damaged, 0U);  // killed before the magic word
    EXPECT_TRUE(files().empty());
}

TEST_F(DeadRingTest, survives_every_flipped_bit) {
    const std::size_t page = header().page_bytes;
    for (std::size_t at = 0; at < page + write_; ++at) {
        if (at == sizeof(RingHeader)) at = header().positions_at;
        if (at == header().positions_at + sizeof(SpscRing<>)) at = page;
        for (const int bits : {1 << (at % 8), 0x80, 0xff}) {
            std::string flipped = bytes_;
            flipped[at] = static_cast<char>(flipped[at] ^ bits);
            const RingRecovery::Taken taken = recover(flipped);
            EXPECT_LE(taken.spans, kSpans) << at;
            EXPECT_LE(taken.damaged, kSpans) << at;
            unlink(path().c_str());  // of another service, when its name was hit
        }
    }
}

TEST_F(DeadRingTest, of_another_layout_is_removed_and_counted) {
    EXPECT_EQ(recover(with(offsetof(RingHeader, layout), kRingLayout + 1)).damaged, 1U);
    EXPECT_TRUE(files().empty());
}

TEST_F(DeadRingTest, with_impossible_positions_is_removed_and_counted) {
    const std::size_t read_at = header().positions_at + SpscRing<>::kReadAt;
    for (const std::uint64_t read : {write_ + 8, std::uint64_t{4}, ~std::uint64_t{7} - 100'000}) {
        EXPECT_EQ(recover(with(read_at, read)).damaged, 1U) << read;
    }
    const std::size_t recovered_at = offsetof(RingHeader, recovered_to);
    EXPECT_EQ(recover(with(recovered_at, std::uint64_t{4})).damaged, 1U);
    EXPECT_EQ(recover(with(recovered_at, write_)).spans, 0U);          // all of it was sent
    EXPECT_EQ(recover(with(recovered_at, write_ + 8)).spans, kSpans);  // of no time of this ring
}

TEST_F(DeadRingTest, of_another_start_of_the_machine_needs_a_rate_of_its_own) {
    put(offsetof(RingHeader, boot_id), 'x');
    put(offsetof(RingHeader, counts_ticks), std::uint64_t{1});
    const std::size_t index = header().clock_index.load() % 2;
    const std::size_t clock_at = offsetof(RingHeader, clock) + index * sizeof(ClockPoint);
    const ClockPoint unmeasured{header().clock[index].tick, 1'700'000'000'000'000'000, 0, 0};
    EXPECT_EQ(recover(with(clock_at, unmeasured)).damaged, kSpans);
    const ClockPoint measured{unmeasured.tick, unmeasured.wall_ns, 1, 1};
    EXPECT_EQ(recover(with(clock_at, measured)).spans, kSpans);
    // Ticks are placed by what the file says, whatever the time is now.
    EXPECT_LT(std::abs(batch_[0].timestamp().us - 1'700'000'000'000'000), 60'000'000);
}

TEST_F(DeadRingTest, with_a_clock_out_of_bounds_is_removed_and_counted) {
    const std::size_t index = header().clock_index.load() % 2;
    const std::size_t clock_at = offsetof(RingHeader, clock) + index * sizeof(ClockPoint);
    const double not_a_number = std::numeric_limits<double>::quiet_NaN();
    for (const double rate : {-1.0, 1e9, 1e-9, not_a_number}) {
        EXPECT_EQ(recover(with(clock_at, ClockPoint{0, 1, rate, 1})).damaged, 1U) << rate;
    }
    EXPECT_EQ(recover(with(clock_at, ClockPoint{0, -1, 1, 1})).damaged, 1U);
}

TEST_F(DeadRingTest, that_is_not_a_plain_file_is_left_alone) {
    ASSERT_EQ(unlink(path().c_str()), 0);
    ASSERT_EQ(mkfifo(path().c_str(), 0600), 0);
    EXPECT_EQ(recover().damaged, 0U);
    ASSERT_EQ(unlink(path().c_str()), 0);
    ASSERT_EQ(symlink("/dev/shm/no-such-ring", path().c_str()), 0);
    EXPECT_EQ(recover().damaged, 0U);
    EXPECT_EQ(files().size(), 1U);
}

TEST_F(DeadRingTest, is_left_alone_when_only_the_hash_of_its_services_name_is_ours) {
    EXPECT_EQ(recover(with(offsetof(RingHeader, service), 'F')).spans, 0U);
    EXPECT_EQ(recover(with(offsetof(RingHeader, service_bytes), std::uint64_t{3})).spans, 0U);
    EXPECT_EQ(files().size(), 1U);
}

}  // namespace clew::tracer::internal
