/**
 * Faults, produced on purpose: {@link io.fanatic.cli.fault.KillPoints} kills a program between any two of its system calls.
 */
@NullMarked
package io.fanatic.cli.fault;

import org.jspecify.annotations.NullMarked;
