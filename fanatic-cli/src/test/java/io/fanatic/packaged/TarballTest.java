package io.fanatic.packaged;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("packaged")
class TarballTest {
    private static final String[] MAP = {"map", "10.0.45.7", "-u", "10.0.0.0/16", "-o", "250.0.0.0/8"};

    @Test
    void theTarballIsTheSameTwiceAndRunsFromAnywhere(@TempDir Path work) throws Exception {
        Path first = tarball(work.resolve("first.tar.gz"));
        assertThat(first).hasSameBinaryContentAs(tarball(work.resolve("second.tar.gz")));

        Path somewhere = Files.createDirectory(work.resolve("some where"));
        Deb.run("tar", "-C", somewhere.toString(), "-xf", first.toString());
        Path bin = somewhere.resolve("fanatic-1.2.3/bin");
        assertThat(Deb.run(description(bin.resolve("fanatic")))).contains("host address      250.45.7.1/8\n");
        assertThat(bin.resolveSibling("lib")).isDirectoryContaining("glob:**.archive");

        Path link = Files.createSymbolicLink(work.resolve("fanatic"), bin.resolve("fanatic"));
        assertThat(Deb.run(description(link))).contains("host address      250.45.7.1/8\n");
        assertThat(Deb.run("env", "-C", bin.toString(), "sh", "fanctl", "--version"))
                .startsWith("fanctl ");
    }

    private static Path tarball(Path to) {
        Deb.run("env", "SOURCE_DATE_EPOCH=1700000000", "../scripts/tarball", "target/root", "1.2.3", to.toString());
        return to;
    }

    private static String[] description(Path program) {
        String[] words = new String[MAP.length + 1];
        words[0] = program.toString();
        System.arraycopy(MAP, 0, words, 1, MAP.length);
        return words;
    }
}
