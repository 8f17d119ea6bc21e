/**
 * The dialogue of {@code fanatic configure}: which questions are asked, in which words, what answers mean.
 *
 * <p>Start at {@link io.fanatic.cli.wizard.Wizard}. It talks to a {@link io.fanatic.cli.wizard.Prompter} (a terminal, a pipe, a
 * test's script) and looks at a {@link io.fanatic.cli.setup.Host}; it changes nothing.
 */
@NullMarked
package io.fanatic.cli.wizard;

import org.jspecify.annotations.NullMarked;
