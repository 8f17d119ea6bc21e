/**
 * Tests of what a user installs: the .deb, the tarball and the image. They run after the package was built, in Maven's phase
 * {@code integration-test}: {@code mvn verify}. Each class has the tag {@code packaged}.
 */
@org.jspecify.annotations.NullMarked
package io.fanatic.packaged;
