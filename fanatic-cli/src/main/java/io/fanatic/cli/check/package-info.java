/**
 * Tests of a fan that is up, as {@code fanatic test} and the wizard run them: this host against a container of its own, this
 * host against another one. The lines are those of the transcript of 2016.
 */
@NullMarked
package io.fanatic.cli.check;

import org.jspecify.annotations.NullMarked;
