package io.fanatic.harness.bench;

/** One load on the three paths, measured in turns. */
public record Comparison(Load load, Result fan, Result plain, Result bare) {}
