/**
 * {@code fanatic lab}: several hosts on one machine, to try things on and to show that a fan works. Start at {@link
 * io.fanatic.cli.lab.LabGroup}; the lab itself is {@link io.fanatic.harness.lab.Lab}.
 */
@NullMarked
package io.fanatic.cli.lab;

import org.jspecify.annotations.NullMarked;
