/**
 * {@code fanatic serve}, {@code fanatic bench}, {@code fanatic test host} and {@code fanatic test all}: other hosts of a fan, reached
 * or not. What they show comes from {@link io.fanatic.harness.reach.Reach}.
 */
@NullMarked
package io.fanatic.cli.reach;

import org.jspecify.annotations.NullMarked;
