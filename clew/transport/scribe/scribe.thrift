// SPDX-License-Identifier: Apache-2.0
// The part of scribe's service that spans travel by. Only Apache Thrift's compiler reads this file,
// to make the oracle of the interop tests; clew's own code reads and writes the protocol by hand.
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

// Some of the status questions, and an order, that scribe inherits from fb303.
service Status {
    i32 getStatus()
    string getName()
    map<string, i64> getCounters()
    i64 getCounter(1: string key)
    void setOption(1: string key, 2: string value)
    oneway void shutdown()
}
