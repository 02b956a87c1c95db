// SPDX-License-Identifier: Apache-2.0
// Goal: a directory that cannot hold rings is refused with a sentence; one that has no room costs a
// ring its file and nothing else; names say whose a file is.
#include "clew/tracer/internal/ring_directory.h"

#include <fstream>
#include <thread>

#include <sys/resource.h>
#include <sys/stat.h>

#include "clew/tracer/ring_fixture.h"

namespace clew::tracer::internal {

namespace {

class RingDirectoryTest : public RingTest {
protected:
    std::string error_for(const std::string& path) const {
        TracerOptions with = options();
        with.ring_dir = path;
        const Expected<Tracer> tracer = Tracer::create(std::move(with));
        return tracer ? "none" : tracer.error().message;
    }
};

const std::string kWanted = "', wanted a directory in memory (tmpfs) like /dev/shm: ";

// A span where no file can be made: "<spans drained> <files> <rings without file>".
std::string record_without_room(const Tracer& tracer) {
    tracer.new_trace("a").finish();
    model::SpanBuilder builder;
    const std::size_t drained = tracer.finished_spans().drain(builder, 10);
    return std::to_string(drained) + " " +
           std::to_string(tracer.finished_spans().counts().rings_unfiled);
}

}  // namespace

TEST_F(RingDirectoryTest, is_refused_with_a_sentence_that_says_why) {
    EXPECT_EQ(error_for("rings"), "ring_dir is 'rings" + kWanted + "not an absolute path");
    const std::string missing = directory_ + "/missing";
    EXPECT_EQ(
        error_for(missing), "ring_dir is '" + missing + kWanted + "No such file or directory"
    );
    const std::string file = directory_ + "/file";
    std::ofstream(file) << "x";
    EXPECT_EQ(error_for(file), "ring_dir is '" + file + kWanted + "Not a directory");
    EXPECT_EQ(
        error_for("/proc"), "ring_dir is '/proc" + kWanted + "it lies on another file system"
    );
    const std::string longest = "/" + std::string(RingDirectory::kPathBytesMax, 'x');
    EXPECT_NE(error_for(longest).find("the path is too long"), std::string::npos);
    EXPECT_NE(error_for(std::string("/dev\0shm", 8)).find("a zero byte"), std::string::npos);
    EXPECT_EQ(error_for(directory_), "none");
}

TEST_F(RingDirectoryTest, is_refused_when_it_may_not_be_written) {
    ASSERT_EQ(chmod(directory_.c_str(), 0555), 0);
    const std::string error = in_child([&] {
        // Nothing is forbidden to root.
        if (geteuid() == 0 && seteuid(65534) != 0) return std::string("seteuid");
        return error_for(directory_);
    });
    ASSERT_EQ(chmod(directory_.c_str(), 0700), 0);
    EXPECT_EQ(error, "ring_dir is '" + directory_ + kWanted + "Permission denied");
}

TEST_F(RingDirectoryTest, that_has_no_room_costs_a_ring_its_file_only) {
    const std::string answer = in_child([&] {
        const Tracer tracer = make();
        rlimit none{4096, 4096};
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &none);
        return record_without_room(tracer) + " " + std::to_string(files().size());
    });
    EXPECT_EQ(answer, "1 1 0");
}

TEST_F(RingDirectoryTest, costs_a_ring_its_file_when_descriptors_have_run_out) {
    const std::string answer = in_child([&] {
        const Tracer tracer = make();
        rlimit none{};
        getrlimit(RLIMIT_NOFILE, &none);
        none.rlim_cur = 3;
        setrlimit(RLIMIT_NOFILE, &none);
        return record_without_room(tracer);
    });
    EXPECT_EQ(answer, "1 1");
}

TEST_F(RingDirectoryTest, holds_so_many_files_and_no_more) {
    const auto add_file = [&](std::uint64_t number) {
        char name[RingFileName::kBytesMax];
        RingFileName{1, 2, 3, number}.write(name);
        std::ofstream(directory_ + "/" + name) << "";
    };
    for (std::size_t i = 1; i < RingDirectory::kFilesMax; ++i) add_file(i);
    {
        const Tracer tracer = make();
        EXPECT_EQ(record_without_room(tracer), "1 0");
        std::string second;
        std::thread([&] { second = record_without_room(tracer); }).join();
        EXPECT_EQ(second, "1 1");
    }
    add_file(0);
    EXPECT_EQ(record_without_room(make()), "1 1");
}

TEST_F(RingDirectoryTest, makes_files_that_only_their_owner_may_read) {
    const Tracer tracer = make();
    tracer.new_trace("a").finish();
    struct stat found {};
    ASSERT_EQ(stat((directory_ + "/" + files().at(0)).c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777U, 0600U);
    EXPECT_EQ(found.st_size, 8192 + sysconf(_SC_PAGESIZE));
}

TEST(RingFileName, says_whose_a_file_is_and_is_read_back) {
    char text[RingFileName::kBytesMax];
    RingFileName{0xabc, 4711, ~std::uint64_t{0}, 12}.write(text);
    EXPECT_STREQ(text, "clew-0000000000000abc-4711-ffffffffffffffff-12.ring");
    const auto name = RingFileName::parse(text);
    ASSERT_TRUE(name);
    EXPECT_EQ(name->service, 0xabcU);
    EXPECT_EQ(name->pid, 4711U);
    EXPECT_EQ(name->token, ~std::uint64_t{0});
    EXPECT_EQ(name->number, 12U);
}

TEST(RingFileName, is_no_other_name) {
    for (const char* text :
         {"",
          "clew-.ring",
          "clew-1-2-3.ring",
          "clew-1-2-3-.ring",
          "clew-x-2-3-4.ring",
          "clew-1-2-3-4.ring2",
          "clew-1-2-3-4-5.ring",
          "other-1-2-3-4.ring",
          "clew-1-2-3-99999999999999999999.ring"}) {
        EXPECT_FALSE(RingFileName::parse(text)) << text;
    }
    EXPECT_FALSE(RingFileName::parse("clew-1-2-3-" + std::string(100, '0') + ".ring"));
}

}  // namespace clew::tracer::internal
