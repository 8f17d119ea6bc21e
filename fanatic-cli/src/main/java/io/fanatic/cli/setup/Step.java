package io.fanatic.cli.setup;

/**
 * One step of a {@link Transition}.
 *
 * @param description what it does, for an error: {@code "enable Docker"}
 * @param apply does it
 * @param undo takes it back, also when it was only half done
 */
record Step(String description, Runnable apply, Runnable undo) {}
