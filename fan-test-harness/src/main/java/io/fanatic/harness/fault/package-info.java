/**
 * Faults, produced on purpose: {@link io.fanatic.harness.fault.KillPoints} kills a program between any two of its system calls.
 */
@NullMarked
package io.fanatic.harness.fault;

import org.jspecify.annotations.NullMarked;
