# SPDX-License-Identifier: Apache-2.0
"""What bench/run.py measures: a product and its floor, both in one binary."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Pair:
    name: str  # what --only takes
    what: str
    per: str  # the unit that the numbers are divided down to
    items: int  # units in one iteration
    binary: str
    product: str  # the benchmark's names
    floor: str
    floor_words: str
    goal: float  # ratio of times that must not be passed


PAIRS = [
    Pair(
        name="json",
        what="decode v2 JSON, bodies of 100 spans",
        per="span",
        items=100,
        binary="clew_codec_json_v2_decoder_bench",
        product="decode",
        floor="floor_walk",
        floor_words="a simdjson walk over the same bytes: every field visited, texts as views",
        goal=3.0,
    ),
    Pair(
        name="scribe",
        what="decode scribe calls of 100 entries",
        per="span",
        items=100,
        binary="clew_codec_thrift_v1_bench",
        product="decode",
        floor="floor_skip",
        floor_words="the same base64, then every field of every span stepped over",
        goal=2.0,
    ),
    Pair(
        name="span",
        what="record a sampled span with 6 tags, by the processor's counter",
        per="span",
        items=1,
        binary="clew_tracer_bench",
        product="sampled_with_six_tags_by_counter",
        floor="floor_counter",
        floor_words="one read of the processor's counter; a span takes two",
        goal=8.4,
    ),
    Pair(
        name="span_by_clock",
        what="record a sampled span with 6 tags, by the clock",
        per="span",
        items=1,
        binary="clew_tracer_bench",
        product="sampled_with_six_tags_by_clock",
        floor="floor_clock",
        floor_words="one clock_gettime; a span takes two",
        goal=4.7,
    ),
    Pair(
        name="span_sampled_out",
        what="begin and end a trace that is not sampled, with its ids",
        per="span",
        items=1,
        binary="clew_tracer_bench",
        product="sampled_out_with_ids",
        floor="floor_counter",
        floor_words="one read of the processor's counter",
        goal=1.05,
    ),
    Pair(
        name="child_sampled_out",
        what="a child of a span that is not sampled",
        per="span",
        items=1,
        binary="clew_tracer_bench",
        product="sampled_out_child",
        floor="floor_counter",
        floor_words="one read of the processor's counter",
        goal=0.21,
    ),
]
