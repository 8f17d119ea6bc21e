/**
 * JUnit 5 tests on several hosts: put {@link io.fanatic.harness.junit.FanLab} on a test class and take a {@link
 * io.fanatic.harness.lab.Lab} as a parameter.
 */
@NullMarked
package io.fanatic.harness.junit;

import org.jspecify.annotations.NullMarked;
