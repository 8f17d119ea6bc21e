package io.fanatic;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class KernelSuiteTest {

    /** It has their names only, as they are those of all modules: a guest would miss one after minutes. */
    @Test
    void itsTestsAreThere() {
        assertThat(KernelSuite.classes())
                .doesNotHaveDuplicates()
                .allSatisfy(name -> assertThat(Stream.of("fan-netlink", "fanatic-cli"))
                        .as(name)
                        .anyMatch(module -> Files.exists(
                                Path.of("..", module, "src/test/java", name.replace('.', '/') + ".java"))));
    }
}
