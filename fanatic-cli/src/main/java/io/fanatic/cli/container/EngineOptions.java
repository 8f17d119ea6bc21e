package io.fanatic.cli.container;

/**
 * How an engine is to be put on a fan.
 *
 * @param defaultBridge Docker only: the fan becomes the network of plain {@code docker run}, for which Docker restarts; else a
 *     named network is made
 */
public record EngineOptions(boolean defaultBridge) {

    public static final EngineOptions USUAL = new EngineOptions(false);
}
