// SPDX-License-Identifier: Apache-2.0
// The part of scribe's service that spans travel by. Only Apache Thrift's compiler reads this file,
// to make the oracle of scribe_sender_interop_test.cc; clew's own code writes the protocol by hand.
namespace cpp clew.oracle

enum ResultCode {
    OK = 0,
    TRY_LATER = 1
}

struct LogEntry {
    1: string category,
    2: string message
}

service Scribe {
    ResultCode Log(1: list<LogEntry> messages)
}
